from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edge_convert.onnx_source import read_tensors, run_source, run_unrounded

# y = (x * slopes) rounded to halves; the slopes are two channels in eight bits.
SLOPES = np.array([[2], [-4]], np.int8)
SCALES = np.array([0.5, 0.25], np.float32)
ZEROS = np.array([0, 2], np.int8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    constants = {
        "slopes": SLOPES,
        "scales": SCALES,
        "zeros": ZEROS,
        "half": np.array(0.5, np.float32),
        "zero": np.array(0, np.int8),
        "shift": np.array([[10.0], [20.0]], np.float32),
    }
    nodes = [
        helper.make_node("DequantizeLinear", ["slopes", "scales", "zeros"], ["w"], axis=0),
        helper.make_node("Mul", ["x", "w"], ["scaled"]),
        helper.make_node("QuantizeLinear", ["scaled", "half", "zero"], ["rounded"]),
        helper.make_node("Transpose", ["rounded"], ["turned"], perm=[1, 0]),
        helper.make_node("DequantizeLinear", ["turned", "half", "zero"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
        value_info=[helper.make_tensor_value_info("turned", TensorProto.INT8, [1, 2])],
    )
    file = tmp_path / "small.onnx"
    opset = [helper.make_opsetid("", 15)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), file)
    return file


def test_weights_are_the_numbers_that_they_stand_for(path: Path) -> None:
    tensors = read_tensors(path)
    assert np.array_equal(tensors["w"], [[1.0], [-1.5]])
    assert np.array_equal(tensors["shift"], [[10.0], [20.0]])
    assert "slopes" not in tensors
    assert all(value.dtype == np.float32 for value in tensors.values())


def test_the_source_rounds_and_its_copy_does_not(path: Path) -> None:
    x = np.array([[0.7], [0.7]])
    assert np.allclose(run_source(path, [x]), [[0.5, -1.0]])
    assert np.allclose(run_unrounded(path, [x]), [[0.7, -1.05]])


def test_the_file_is_left_alone(path: Path) -> None:
    before = path.read_bytes()
    run_unrounded(path, [np.zeros((2, 1))])
    assert path.read_bytes() == before
