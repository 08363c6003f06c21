from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.layers.activations import Activation
from edge_calibration.layers.pairing import Made, in_layout, pair, path_in_name

RANDOM = np.random.default_rng(0)


def values(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def activation(layer: str, operation: str, made: np.ndarray, *inputs: int) -> Activation:
    return Activation(layer=layer, operation=operation, inputs=inputs, values=made)


def node(path: str, kind: str, made: np.ndarray, *inputs: int, fused: str = "") -> Made:
    return Made(path=path, kind=kind, fused=fused, inputs=inputs, values=made)


def nhwc(made: np.ndarray) -> np.ndarray:
    return made.transpose(0, 2, 3, 1)


def test_a_convolution_and_what_was_fused_into_it() -> None:
    convolved, scaled = values(1, 4, 6, 6), values(1, 4, 6, 6)
    positive = np.maximum(scaled, 0)
    torch_side = [
        activation("up.mix", "convolution", convolved),
        activation("up.norm", "native_batch_norm", scaled, 0),
        activation("up", "relu", positive, 1),
    ]
    found = pair(torch_side, [node("elsewhere", "CONV_2D", nhwc(positive), fused="RELU")])
    assert (found[0].layer, found[0].number, found[0].turned) == ("up.mix", 2, True)
    assert found[0].operation == "convolution + native_batch_norm + relu"
    np.testing.assert_array_equal(
        in_layout(torch_side[2], turned=found[0].turned), nhwc(positive)
    )


def test_values_count_more_than_names() -> None:
    left, right = values(1, 4, 6, 6), values(1, 4, 6, 6)
    torch_side = [activation("a", "sigmoid", left), activation("b", "sigmoid", right)]
    nodes = [node("b", "LOGISTIC", nhwc(left)), node("a", "LOGISTIC", nhwc(right))]
    assert {n: t.layer for n, t in pair(torch_side, nodes).items()} == {0: "a", 1: "b"}


def test_another_order_is_found_by_values() -> None:
    left, right = values(1, 4, 6, 6), values(1, 4, 6, 6)
    torch_side = [activation("a", "add", left), activation("b", "add", right)]
    nodes = [node("x", "ADD", nhwc(right)), node("y", "ADD", nhwc(left))]
    assert {n: t.layer for n, t in pair(torch_side, nodes).items()} == {0: "b", 1: "a"}


def test_where_values_differ_kind_and_order_decide() -> None:
    torch_side = [
        activation(layer, kind, values(1, 4, 6, 6))
        for layer, kind in (("a", "convolution"), ("b", "mul"), ("c", "convolution"))
    ]
    nodes = [node(p, k, values(1, 6, 6, 4)) for p, k in (("", "CONV_2D"), ("", "CONV_2D"))]
    assert {n: t.layer for n, t in pair(torch_side, nodes).items()} == {0: "a", 1: "c"}


def test_an_error_does_not_heal() -> None:
    wrong, right = values(1, 4, 6, 6), values(1, 4, 6, 6)
    torch_side = [activation("a", "mul", wrong), activation("b", "add", right, 0)]
    nodes = [node("a", "MUL", values(1, 6, 6, 4)), node("b", "ADD", nhwc(right), 0)]
    assert pair(torch_side, nodes).keys() == {1}


@pytest.mark.parametrize("shape", [(1, 4, 6, 7), (4,), (1, 6, 6, 5)])
def test_another_shape_is_another_thing(shape: tuple[int, ...]) -> None:
    torch_side = [activation("a", "relu", values(1, 4, 6, 6))]
    assert pair(torch_side, [node("a", "RELU", values(*shape))]) == {}


@pytest.mark.parametrize(
    ("name", "path"),
    [("up8/mix;1", "up8/mix"), ("up8/mix#2", "up8/mix"), ("a;1#2", "a"), ("a", "a")],
)
def test_the_path_in_a_name(name: str, path: str) -> None:
    assert path_in_name(name) == path
