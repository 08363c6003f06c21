from __future__ import annotations

from typing import Any

import pytest
import torch

from edge_calibration.coreml.mil_arrays import ARRAYS

X = torch.arange(24.0).reshape(2, 3, 4)
T, N = torch.tensor(True), torch.tensor(False)

CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("add", {"y": torch.tensor(1.0)}, X + 1),
    ("sub", {"y": torch.tensor(1.0)}, X - 1),
    ("real_div", {"y": torch.tensor(2.0)}, X / 2),
    ("maximum", {"y": torch.tensor(5.0)}, X.clamp(min=5)),
    ("minimum", {"y": torch.tensor(5.0)}, X.clamp(max=5)),
    ("greater", {"y": torch.tensor(5.0)}, X > 5),
    ("square", {}, X * X),
    ("clip", {"alpha": torch.tensor(2.0), "beta": torch.tensor(3.0)}, X.clamp(2, 3)),
    (
        "reduce_mean",
        {"axes": torch.tensor([1, 2]), "keep_dims": T},
        X.mean((1, 2), keepdim=True),
    ),
    ("reduce_sum", {"axes": torch.tensor([-1]), "keep_dims": N}, X.sum(-1)),
    ("reshape", {"shape": torch.tensor([4, -1])}, X.reshape(4, 6)),
    ("transpose", {"perm": torch.tensor([2, 0, 1])}, X.permute(2, 0, 1)),
    ("expand_dims", {"axes": torch.tensor([0, 2])}, X[None, :, None]),
    ("squeeze", {}, X),
    ("tile", {"reps": torch.tensor([1, 2, 1])}, torch.cat([X, X], 1)),
    ("gather", {"indices": torch.tensor([2, 0]), "axis": torch.tensor(1)}, X[:, [2, 0]]),
    ("matmul", {"y": X, "transpose_y": T}, X @ X.transpose(-1, -2)),
    ("rsqrt", {"epsilon": torch.tensor(1.0)}, (X + 1) ** -0.5),
    ("inverse", {"epsilon": torch.tensor(1.0)}, 1 / (X + 1)),
    (
        "slice_by_size",
        {"begin": torch.tensor([0, 1, 2]), "size": torch.tensor([2, 1, -1])},
        X[:, 1:2, 2:],
    ),
    (
        "slice_by_index",
        {
            "begin": torch.tensor([1, 0, 1]),
            "end": torch.tensor([2, 9, 4]),
            "stride": torch.tensor([1, 1, 2]),
            "end_mask": torch.tensor([False, True, False]),
            "squeeze_mask": torch.tensor([True, False, False]),
        },
        X[1, :, 1:4:2],
    ),
]


@pytest.mark.parametrize(
    ("kind", "arguments", "expected"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)]
)
def test_an_operation_is_what_torch_computes(
    kind: str, arguments: dict[str, Any], expected: Any
) -> None:
    torch.testing.assert_close(ARRAYS[kind](x=X, **arguments), expected)


def test_the_order_of_a_pair_counts() -> None:
    assert ARRAYS["sub"](y=torch.tensor(1.0), x=torch.tensor(3.0)).item() == 2


@pytest.mark.parametrize(
    "arguments", [{"num_splits": torch.tensor(2)}, {"split_sizes": torch.tensor([2, 2])}]
)
def test_split_and_concat_undo_each_other(arguments: dict[str, Any]) -> None:
    parts = ARRAYS["split"](x=X, axis=torch.tensor(2), **arguments)
    assert [part.shape[2] for part in parts] == [2, 2]
    assert torch.equal(ARRAYS["concat"](values=parts, axis=torch.tensor(2)), X)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("split", {"x": X, "axis": torch.tensor(0)}),
        ("concat", {"values": [X], "axis": torch.tensor(0), "interleave": T}),
        (
            "gather",
            {"x": X, "indices": X, "axis": torch.tensor(0), "batch_dims": torch.tensor(1)},
        ),
    ],
)
def test_what_is_not_known_is_refused(kind: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=kind):
        ARRAYS[kind](**arguments)
