from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from edge_calibration.lint.onnx_file import read_onnx


def test_a_graph_as_rules_see_it(onnx_file: Callable[..., Path]) -> None:
    weight = np.ones((2, 3, 1, 1), np.float32)
    path = onnx_file("Conv", shape=("n", 3, 8, 8), made=("n", 2, 8, 8), constants=[weight])
    graph = read_onnx(path)
    (op,) = graph.operations
    assert (graph.kind, op.kind, op.name) == ("onnx", "Conv", "Conv y")
    assert [value.shape for value in graph.inputs] == [(-1, 3, 8, 8)]
    assert [value.shape for value in graph.outputs] == [(-1, 2, 8, 8)]
    assert (op.inputs[1].constant, op.inputs[1].dtype) == (True, "FLOAT32")
    np.testing.assert_array_equal(op.inputs[1].values, weight)
    assert graph.maker(graph.outputs[0]) is op


def test_what_is_left_out_is_no_input(onnx_file: Callable[..., Path]) -> None:
    sizes = np.array([1, 3, 16, 16], np.int64)
    path = onnx_file("Resize", made=(1, 3, 16, 16), constants=[None, None, sizes])
    (op,) = read_onnx(path).operations
    assert [value.name for value in op.inputs] == ["x", "c2"]
