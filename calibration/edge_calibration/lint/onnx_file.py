"""An ONNX file as a graph for rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge_calibration.lint.model_graph import ModelGraph, Operation, Value
from edge_runtime.errors import BundleError

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = {"FLOAT": "FLOAT32", "DOUBLE": "FLOAT64"}


def read_onnx(path: Path) -> ModelGraph:
    """Read the main graph, its shapes inferred; ``BundleError`` where the file is none."""
    import onnx  # noqa: PLC0415  a library that few files need

    try:
        model = onnx.load(str(path))
        onnx.checker.check_model(model)
        graph = onnx.shape_inference.infer_shapes(model).graph
    except Exception as error:
        raise BundleError(f"{path} is not an ONNX file: export it again") from error
    values = {tensor.name: _constant(onnx, tensor) for tensor in graph.initializer}
    for info in (*graph.input, *graph.value_info, *graph.output):
        values.setdefault(info.name, _described(onnx, info))
    return ModelGraph(
        kind="onnx",
        path=path,
        operations=tuple(_operation(onnx, node, values) for node in graph.node),
        inputs=tuple(v for i in graph.input if not (v := values[i.name]).constant),
        outputs=tuple(values[info.name] for info in graph.output),
    )


def _operation(onnx: Any, node: Any, values: dict[str, Value]) -> Operation:
    for name in (*node.input, *node.output):
        values.setdefault(name, Value(name=name, shape=(), dtype="UNDEFINED"))
    domain = node.domain not in {"", "ai.onnx"}
    return Operation(
        kind=f"custom {node.domain}:{node.op_type}" if domain else node.op_type,
        inputs=tuple(values[name] for name in node.input if name),
        outputs=tuple(values[name] for name in node.output if name),
        options={a.name: onnx.helper.get_attribute_value(a) for a in node.attribute},
    )


def _constant(onnx: Any, tensor: Any) -> Value:
    return Value(
        name=tensor.name,
        shape=tuple(tensor.dims),
        dtype=_type_name(onnx, tensor.data_type),
        constant=True,
        values=onnx.numpy_helper.to_array(tensor),
    )


def _described(onnx: Any, info: Any) -> Value:
    tensor = info.type.tensor_type
    sides = tensor.shape.dim if tensor.HasField("shape") else ()
    shape = tuple(s.dim_value if s.HasField("dim_value") else -1 for s in sides)
    return Value(name=info.name, shape=shape, dtype=_type_name(onnx, tensor.elem_type))


def _type_name(onnx: Any, number: int) -> str:
    name = str(onnx.TensorProto.DataType.Name(number))
    return _NAMES.get(name, name)
