"""A TFLite file as a graph for rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

from edge_calibration.lint.model_graph import ModelGraph, Operation, Value
from edge_runtime.errors import BundleError

if TYPE_CHECKING:
    from pathlib import Path

_OPERATORS = {n: name for name, n in vars(schema.BuiltinOperator).items() if isinstance(n, int)}
_TYPES = {n: name for name, n in vars(schema.TensorType).items() if isinstance(n, int)}
_NUMPY = {
    "FLOAT32": np.float32,
    "FLOAT16": np.float16,
    "INT8": np.int8,
    "UINT8": np.uint8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
}
_UNPACKS = {"DEQUANTIZE", "DENSIFY"}


def read_tflite(path: Path) -> ModelGraph:
    """Read the main graph; ``BundleError`` where the file is none."""
    try:
        model = flatbuffer_utils.read_model_from_bytearray(bytearray(path.read_bytes()))
        graph = model.subgraphs[0]
    except Exception as error:
        raise BundleError(f"{path} is not a TFLite file: convert it again") from error
    values = [_value(model, tensor) for tensor in graph.tensors]
    for op in graph.operators:
        if _kind(model, op) in _UNPACKS and values[op.inputs[0]].constant:
            values[op.outputs[0]] = _value(model, graph.tensors[op.outputs[0]], unpacked=True)

    def some(indices: Any) -> tuple[Value, ...]:
        return tuple(values[i] for i in indices if i >= 0)  # -1: left out by choice

    return ModelGraph(
        kind="tflite",
        path=path,
        operations=tuple(
            Operation(
                kind=_kind(model, op),
                inputs=some(op.inputs),
                outputs=some(op.outputs),
                options=vars(op.builtinOptions) if op.builtinOptions else {},
            )
            for op in graph.operators
        ),
        inputs=some(graph.inputs),
        outputs=some(graph.outputs),
        signatures=tuple(
            signature.signatureKey.decode() for signature in model.signatureDefs or ()
        ),
    )


def _value(model: Any, tensor: Any, *, unpacked: bool = False) -> Value:
    signature = tensor.shapeSignature
    shape = tensor.shape if signature is None or not len(signature) else signature
    sizes = tuple(int(side) for side in shape) if shape is not None else ()
    found = tensor.quantization
    scaled = found is not None and found.scale is not None and len(found.scale) > 0
    data, dtype = model.buffers[tensor.buffer].data, _TYPES[tensor.type]
    kept = data is not None and len(data) > 0
    return Value(
        name=tensor.name.decode() if tensor.name else "",
        shape=sizes,
        dtype=dtype,
        constant=kept or unpacked,
        values=_numbers(data, dtype, sizes) if kept else None,
        scales=np.asarray(found.scale, np.float32) if scaled else None,
        zero_points=np.asarray(found.zeroPoint, np.int64) if scaled else None,
    )


def _numbers(data: Any, dtype: str, shape: tuple[int, ...]) -> Any:
    """The numbers of a constant; ``None`` for types that numpy does not have."""
    if dtype not in _NUMPY:
        return None
    numbers = np.frombuffer(bytes(data), _NUMPY[dtype])
    return numbers.reshape(shape) if numbers.size == np.prod(shape) else None


def _kind(model: Any, op: Any) -> str:
    code = model.operatorCodes[op.opcodeIndex]
    if code.customCode:
        return f"custom {code.customCode.decode()}"
    return str(_OPERATORS[max(code.builtinCode, code.deprecatedBuiltinCode)])
