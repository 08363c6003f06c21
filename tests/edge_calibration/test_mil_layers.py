from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.nn import functional as F

from edge_calibration.coreml.mil_layers import LAYERS

if TYPE_CHECKING:
    from torch import Tensor

X = torch.randn(1, 4, 9, 12, generator=torch.Generator().manual_seed(0))
W = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(1))
UP = {"scale_factor_height": torch.tensor(2.0), "scale_factor_width": torch.tensor(3.0)}
POOL = {"kernel_sizes": torch.tensor([3, 3]), "strides": torch.tensor([2, 2])}
CONV = {
    "weight": W,
    "strides": torch.tensor([2, 2]),
    "dilations": torch.tensor([1, 1]),
    "groups": torch.tensor(1),
}
BEFORE_AFTER = torch.tensor([1, 2, 0, 1])  # top, bottom, left, right


CASES: list[tuple[str, dict[str, Any], Tensor]] = [
    ("conv", {**CONV, "pad_type": "valid"}, F.conv2d(X, W, stride=2)),
    (
        "conv",
        {**CONV, "pad_type": "custom", "pad": BEFORE_AFTER},
        F.conv2d(F.pad(X, (0, 1, 1, 2)), W, stride=2),
    ),
    # 9 rows at stride 2: one row before, one after; 12 columns: all of the odd one after
    ("conv", {**CONV, "pad_type": "same"}, F.conv2d(F.pad(X, (0, 1, 1, 1)), W, stride=2)),
    ("conv", {**CONV, "pad_type": "same_lower"}, F.conv2d(F.pad(X, (1, 0, 1, 1)), W, stride=2)),
    (
        "conv_transpose",
        {**CONV, "weight": W[:4, :2], "pad_type": "valid"},
        F.conv_transpose2d(X, W[:4, :2], stride=2),
    ),
    (
        "conv_transpose",
        {**CONV, "weight": W[:4], "pad_type": "custom", "pad": torch.tensor([1, 1, 1, 1])},
        F.conv_transpose2d(X, W[:4], stride=2, padding=1),
    ),
    ("max_pool", {**POOL, "pad_type": "valid"}, F.max_pool2d(X, 3, 2)),
    (
        "max_pool",
        {**POOL, "pad_type": "custom", "pad": torch.tensor([1, 1, 1, 1])},
        F.max_pool2d(X, 3, 2, 1),
    ),
    ("avg_pool", {**POOL, "pad_type": "valid"}, F.avg_pool2d(X, 3, 2)),
    (
        "avg_pool",
        {
            **POOL,
            "pad_type": "custom",
            "pad": torch.tensor([1, 1, 1, 1]),
            "exclude_padding_from_average": torch.tensor(True),
        },
        F.avg_pool2d(X, 3, 2, 1, count_include_pad=False),
    ),
    (
        "pad",
        {"pad": torch.tensor([0, 0, 0, 0, 1, 2, 3, 4]), "mode": "reflect"},
        F.pad(X, (3, 4, 1, 2), mode="reflect"),
    ),
    (
        "pad",
        {"pad": torch.tensor([0, 1, 0, 0]), "constant_val": torch.tensor(7.0)},
        F.pad(X, (0, 0, 0, 1), value=7.0),
    ),
    (
        "upsample_bilinear",
        {**UP, "align_corners": torch.tensor(False)},
        F.interpolate(X, (18, 36), mode="bilinear"),
    ),
    ("upsample_nearest_neighbor", UP, F.interpolate(X, (18, 36), mode="nearest")),
    (
        "resize_bilinear",
        {
            "target_size_height": torch.tensor(5),
            "target_size_width": torch.tensor(7),
            "sampling_mode": "UNALIGN_CORNERS",
        },
        F.interpolate(X, (5, 7), mode="bilinear"),
    ),
    ("instance_norm", {"epsilon": torch.tensor(1e-5)}, F.instance_norm(X)),
    (
        "prelu",
        {"alpha": torch.tensor([0.1, 0.2, 0.3, 0.4])},
        F.prelu(X, torch.arange(1, 5) / 10),
    ),
    ("leaky_relu", {"alpha": torch.tensor(0.2)}, F.leaky_relu(X, 0.2)),
    ("softmax", {"axis": torch.tensor(-1)}, F.softmax(X, -1)),
    ("pixel_shuffle", {"upscale_factor": torch.tensor(2)}, F.pixel_shuffle(X, 2)),
]


@pytest.mark.parametrize(
    ("kind", "arguments", "expected"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)]
)
def test_an_operation_is_what_torch_computes(
    kind: str, arguments: dict[str, Any], expected: Tensor
) -> None:
    torch.testing.assert_close(LAYERS[kind](x=X, **arguments), expected)


def test_depth_to_space_has_the_block_outermost() -> None:
    channels = torch.arange(8.0).reshape(1, 8, 1, 1)
    made = LAYERS["depth_to_space"](x=channels, block_size=torch.tensor(2))
    assert made[0, 0].tolist() == [[0, 2], [4, 6]]
    assert made[0, 1].tolist() == [[1, 3], [5, 7]]


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="OFFSET_CORNERS"):
        LAYERS["resize_bilinear"](
            x=X,
            target_size_height=torch.tensor(4),
            target_size_width=torch.tensor(4),
            sampling_mode="OFFSET_CORNERS",
        )
