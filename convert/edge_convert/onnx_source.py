"""Weights out of an ONNX file, and that file as its own reference.

A quantised ONNX graph keeps weights as integers behind ``DequantizeLinear`` and rounds its
activations between ``QuantizeLinear`` and ``DequantizeLinear``.  The weights are read as the
numbers that they stand for; the rounding of activations is no part of the network, so the
reference is a copy of the graph without it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import onnx
from onnx import numpy_helper

from edge_convert.onnx_export import open_onnx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Constants: TypeAlias = Mapping[str, NDArray[Any]]

QUANTISE, DEQUANTISE = "QuantizeLinear", "DequantizeLinear"


def read_tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """Every float32 initialiser by its name, and every dequantised one by its result's."""
    graph = onnx.load(path).graph
    constants = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    found = {
        name: value.astype(np.float32)
        for name, value in constants.items()
        if value.dtype == np.float32
    }
    for node in graph.node:
        if node.op_type == DEQUANTISE and node.input[0] in constants:
            found[node.output[0]] = _dequantised(node, constants)
    return found


def run_source(path: Path, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Run the file as it is by ONNX Runtime, its inputs in order; return its first output."""
    graph = onnx.load(path).graph
    given = {
        value.name: array.astype(np.float32)
        for value, array in zip(graph.input, inputs, strict=True)
    }
    answers = open_onnx(path)(given)
    return answers[graph.output[0].name]


def run_unrounded(path: Path, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Run a copy of the file that does not round its activations."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / path.name
        onnx.save(unrounded(onnx.load(path)), copy)
        return run_source(copy, inputs)


def unrounded(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with activations as they are: what rounded them passes them on.

    Changes ``model``; weights go on being dequantised.
    """
    graph = model.graph
    constants = {value.name for value in graph.initializer}
    for node in graph.node:
        if node.op_type == QUANTISE or (
            node.op_type == DEQUANTISE and node.input[0] not in constants
        ):
            node.op_type = "Identity"
            del node.input[1:]
            del node.attribute[:]
    del graph.value_info[:]  # said that activations are integers
    return model


def _dequantised(node: onnx.NodeProto, constants: Constants) -> NDArray[np.float32]:
    """(integers - zero point) * scale, the last two one a channel along ``axis``."""
    integers, scale, zero = (constants[name].astype(np.float64) for name in node.input)
    axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
    shape = [1] * integers.ndim
    if scale.ndim:
        shape[axis] = -1
    numbers = (integers - zero.reshape(shape)) * scale.reshape(shape)
    return numbers.astype(np.float32)
