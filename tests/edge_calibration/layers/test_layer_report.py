from __future__ import annotations

import pytest

from edge_calibration.layers.layer_report import LayerError, comparison
from edge_calibration.layers.layer_table import layer_lines
from edge_calibration.layers.tensor_error import TensorError


def layer(name: str, error: float | None, own: float | None = None, **more: object) -> object:
    def made(value: float | None) -> TensorError | None:
        if value is None:
            return None
        return TensorError(snr_db=value, cosine=1, max_abs=0, mean_abs=0)

    values: dict[str, object] = {
        "layer": name,
        "operation": "relu",
        "paired": True,
        "tensor": name,
        "kind": "RELU",
        "shape": (1, 2),
        "inputs": (),
        "error": made(error),
        "own": made(own),
    } | more
    return LayerError(**values)  # type: ignore[arg-type]


def test_the_first_and_the_largest_are_named() -> None:
    found = comparison(
        "a", "b", 20, [layer("x", 30, 40), layer("y", 19, 25), layer("z", 3, 200)]
    )
    assert found.first == "y (relu)"
    assert found.largest == ("y (relu)", "x (relu)")


def test_nothing_beyond_tolerance() -> None:
    found = comparison("a", "b", 20, [layer("x", 30), layer("y", None)])
    assert (found.first, found.largest) == (None, ())


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([layer("elastic", 9, paired=False), layer("up", 9, inputs=(0,))], "up (relu)"),
        ([layer("", 9, paired=False)], "network (relu)"),
    ],
)
def test_what_the_converter_added_is_called_by_its_neighbour(
    layers: list[LayerError], words: str
) -> None:
    assert comparison("a", "b", 20, layers).first == words


def test_the_last_cast_is_called_by_what_it_takes() -> None:
    layers = [layer("up", 30), layer("mask_out", 10, paired=False, inputs=(0,))]
    assert comparison("a", "b", 20, layers).first == "up (relu)"
    assert layer_lines is not None
