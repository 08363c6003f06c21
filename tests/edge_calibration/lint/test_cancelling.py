from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.lint.cancelling import without_ping_pong, without_transposes
from edge_calibration.lint.graph_surgery import name_of, parsed

Make = Callable[..., Path]
FIRST, LAST = np.array([0, 3, 1, 2], np.int32), np.array([0, 2, 3, 1], np.int32)
TURNED = {"p": FIRST, "q": LAST, "b": (1, 3, 8, 8)}
CODES = {"a": "INT8", "c": "INT8", "x": "INT8", "y": "INT8"}


def kept(model: Any) -> list[str]:
    graph = model.subgraphs[0]
    return [name_of(graph, int(op.outputs[0])) for op in graph.operators]


def test_transposes_that_undo_each_other_are_left_out(tflite: Make) -> None:
    ops = [["ABS", "x", "a"], ["TRANSPOSE", "a p", "b"], ["TRANSPOSE", "b q", "c"]]
    model = parsed(tflite(*ops, ["NEG", "c", "y"], tensors=TURNED).read_bytes())
    assert without_transposes(model) == ["c"]
    assert kept(model) == ["a", "y"]


def test_a_first_one_that_is_used_elsewhere_stays(tflite: Make) -> None:
    ops = [["TRANSPOSE", "x p", "b"], ["TRANSPOSE", "b q", "c"], ["NEG", "c", "y"]]
    path = tflite(*ops, ["ABS", "b", "z"], tensors={**TURNED, "z": (1, 3, 8, 8)})
    model = parsed(path.read_bytes())
    assert without_transposes(model) == ["c"]
    assert kept(model) == ["b", "y", "z"]


def test_an_output_keeps_its_name(tflite: Make) -> None:
    ops = [["ABS", "x", "a"], ["TRANSPOSE", "a p", "b"], ["TRANSPOSE", "b q", "y"]]
    model = parsed(tflite(*ops, tensors=TURNED).read_bytes())
    assert without_transposes(model) == ["y"]
    assert kept(model) == ["y"]


@pytest.mark.parametrize("second", ["p", "moving"])
def test_others_stay(second: str, tflite: Make) -> None:
    ops = [["TRANSPOSE", "x p", "b"], ["TRANSPOSE", f"b {second}", "c"], ["NEG", "c", "y"]]
    moving = {"dtype": "INT32", "shape": (4,)}
    model = parsed(tflite(*ops, tensors={**TURNED, "moving": moving}).read_bytes())
    assert without_transposes(model) == []
    assert kept(model) == ["b", "c", "y"]


@pytest.mark.parametrize(("scale", "done"), [(0.1, ["c"]), (0.2, [])])
def test_ping_pong_of_the_same_codes_is_left_out(
    scale: float, done: list[str], tflite: Make
) -> None:
    ops = [["ABS", "x", "a"], ["DEQUANTIZE", "a", "b"], ["QUANTIZE", "b", "c"]]
    tensors = {**CODES, "c": {"dtype": "INT8", "scales": [scale]}}
    model = parsed(tflite(*ops, ["NEG", "c", "y"], tensors=tensors).read_bytes())
    assert without_ping_pong(model) == done
    assert len(kept(model)) == (2 if done else 4)


def test_a_graph_of_nothing_else_stays_as_it_is(tflite: Make) -> None:
    path = tflite(["DEQUANTIZE", "x", "b"], ["QUANTIZE", "b", "y"], tensors=CODES)
    model = parsed(path.read_bytes())
    assert without_ping_pong(model) == []
    assert kept(model) == ["b", "y"]
