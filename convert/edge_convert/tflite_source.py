"""Weights out of a ``.tflite`` file, and that file as its own reference.

Layers come in the order in which the graph runs them.  Weights may be float16 or sparse;
MediaPipe's transposed convolution is a custom operator, which stock LiteRT cannot run: in
the reference it is exchanged for the builtin one that computes the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.tools import flatbuffer_utils

from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import nn

UP_CONVOLUTION = b"Convolution2DTransposeBias"
_OPERATORS = schema.BuiltinOperator
_DTYPES = {schema.TensorType.FLOAT32: np.float32, schema.TensorType.FLOAT16: np.float16}
# Weights of an operator to PyTorch's order: [out, in, height, width], depthwise
# [channels, 1, height, width], transposed [in, out, height, width], PReLU [channels].
_LAYOUTS: dict[int, tuple[int, ...]] = {
    _OPERATORS.CONV_2D: (0, 3, 1, 2),
    _OPERATORS.DEPTHWISE_CONV_2D: (3, 0, 1, 2),
    _OPERATORS.CUSTOM: (3, 0, 1, 2),
    _OPERATORS.PRELU: (2, 0, 1),
}


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The tensors of one operator in PyTorch's order: weight, and bias where it has one."""

    tensors: tuple[NDArray[np.float32], ...]


def read_layers(path: Path) -> list[Layer]:
    """Read the weights of every operator that has some, in the order they run, float32.

    Raises ``WeightsError`` where they are not kept as floats.
    """
    model = flatbuffer_utils.read_model(str(path))
    graph = model.subgraphs[0]
    constants = dict(_stored(model, graph))
    layers = []
    for operator in graph.operators:
        code, first = _code(model, operator), operator.inputs[0]
        if code in {_OPERATORS.DEQUANTIZE, _OPERATORS.DENSIFY} and first in constants:
            constants[operator.outputs[0]] = constants[first]
        elif code in _LAYOUTS:
            weights = list(operator.inputs[1:])
            if not all(index in constants for index in weights):
                raise WeightsError(f"{path.name} holds no float weights: name the float file")
            layers.append(_layer([constants[index] for index in weights], _LAYOUTS[code]))
    return layers


def assign(names: Iterable[tuple[str, ...]], layers: Iterable[Layer]) -> dict[str, Any]:
    """A state dict: each layer's tensors under the names given for it.

    ``names`` lists, layer by layer, the names of its weight and its bias.  Raises
    ``WeightsError`` where the counts differ; shapes are checked when it is loaded.
    """
    wanted, given = list(names), list(layers)
    if [len(n) for n in wanted] != [len(layer.tensors) for layer in given]:
        raise WeightsError(
            f"the graph has {len(given)} layers with weights, the network {len(wanted)}:"
            " it is not the graph that was examined"
        )
    return {
        name: tensor
        for layer_names, layer in zip(wanted, given, strict=True)
        for name, tensor in zip(layer_names, layer.tensors, strict=True)
    }


def layer_names(network: nn.Module) -> list[tuple[str, ...]]:
    """The names of each layer's parameters, in the order in which the network lists them."""
    found = []
    for prefix, module in network.named_modules():
        own = tuple(f"{prefix}.{name}" for name, _ in module.named_parameters(recurse=False))
        if own:
            found.append(own)
    return found


def run_source(path: Path, image: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Run the file by LiteRT on its own input; return its outputs in its own order."""
    interpreter = Interpreter(model_content=_runnable(path))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return [
        interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()
    ]


def _layer(constants: list[NDArray[np.float32]], order: tuple[int, ...]) -> Layer:
    weight = constants[0].transpose(order)
    if weight.ndim == 3:  # the slopes of a PReLU
        weight = weight.reshape(-1)
    return Layer(tensors=tuple(np.ascontiguousarray(t) for t in (weight, *constants[1:])))


def _code(model: Any, operator: Any) -> int:
    code = model.operatorCodes[operator.opcodeIndex]
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))


def _stored(model: Any, graph: Any) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Float tensors that the file holds, by number."""
    for index, tensor in enumerate(graph.tensors):
        data = model.buffers[tensor.buffer].data
        if data is None or tensor.type not in _DTYPES:
            continue
        values = np.frombuffer(bytes(data), _DTYPES[tensor.type]).astype(np.float32)
        shape = [int(size) for size in tensor.shape]
        if tensor.sparsity is not None:
            values = _dense(values, shape, tensor.sparsity)
        yield index, values.reshape(shape)


def _dense(values: NDArray[np.float32], shape: list[int], sparsity: Any) -> NDArray[np.float32]:
    """Spread the stored values of a tensor whose last dimension is compressed by rows."""
    order = [int(axis) for axis in sparsity.traversalOrder]
    *dense, last = sparsity.dimMetadata
    sparse = schema.DimensionType.SPARSE_CSR
    if (
        order != sorted(order)
        or any(d.format == sparse for d in dense)
        or last.format != sparse
    ):
        raise WeightsError("a sparse tensor is stored in a way that is not known here")
    starts = np.asarray(last.arraySegments.values)
    columns = np.asarray(last.arrayIndices.values)
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    whole = np.zeros((len(starts) - 1, shape[-1]), np.float32)
    whole[rows, columns] = values
    return whole


def _runnable(path: Path) -> bytes:
    """The file's bytes, with builtin operators only."""
    model = flatbuffer_utils.read_model(str(path))
    graph = model.subgraphs[0]
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        if code.customCode == UP_CONVOLUTION:
            _make_builtin(model, graph, operator)
    for code in model.operatorCodes:
        if code.customCode == UP_CONVOLUTION:
            code.customCode = None
            code.builtinCode = _OPERATORS.TRANSPOSE_CONV
            code.deprecatedBuiltinCode = _OPERATORS.TRANSPOSE_CONV
            code.version = 3
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def _make_builtin(model: Any, graph: Any, operator: Any) -> None:
    """TRANSPOSE_CONV takes the output's shape, the weight, the input and the bias."""
    picture, weight, bias = operator.inputs
    shape = np.array(graph.tensors[operator.outputs[0]].shape, np.int32)
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(shape.tobytes(), np.uint8)
    model.buffers.append(buffer)
    tensor = schema.TensorT()
    tensor.name, tensor.type = b"output_shape", schema.TensorType.INT32
    tensor.shape, tensor.buffer = np.array([4], np.int32), len(model.buffers) - 1
    graph.tensors.append(tensor)
    operator.inputs = [len(graph.tensors) - 1, weight, picture, bias]
    options = schema.TransposeConvOptionsT()
    options.padding, options.strideW, options.strideH = schema.Padding.SAME, 2, 2
    operator.builtinOptionsType = schema.BuiltinOptions.TransposeConvOptions
    operator.builtinOptions, operator.customOptions = options, None
