"""A TFLite file as plain records, and as a graph whose every value can be looked at.

LiteRT's own delegate (XNNPACK) keeps values to itself, so the graph runs here on the
kernels built into LiteRT, which round integers a little differently in places; by how
much is part of every report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from ai_edge_litert.tools import flatbuffer_utils

from edge_runtime.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Values: TypeAlias = NDArray[Any]

_KINDS = {n: name for name, n in vars(schema.BuiltinOperator).items() if isinstance(n, int)}
_FUSED = {
    n: name for name, n in vars(schema.ActivationFunctionType).items() if isinstance(n, int)
}


@dataclass(frozen=True, kw_only=True, eq=False)
class GraphTensor:
    """A tensor: real values are ``(codes - zero_point) * scale`` where ``scale`` is there.

    ``constant`` tensors are weights, kept in the file.
    """

    name: str
    shape: tuple[int, ...]
    constant: bool
    scale: NDArray[np.float32] | None = None
    zero_point: NDArray[np.int64] | None = None


@dataclass(frozen=True, kw_only=True)
class GraphNode:
    """An operation: its kind (``"CONV_2D"``), what is fused into it (``"RELU"`` or
    ``""``), and the numbers of the tensors that it takes and makes."""

    kind: str
    fused: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class TfliteGraph:
    """The main graph of a file; ``inputs`` and ``outputs`` by the signature's names.

    ``content`` is the file; ``weights`` are the nodes that only unpack constants: what they
    make is as good as one.
    """

    content: bytes
    model: Any
    tensors: tuple[GraphTensor, ...]
    nodes: tuple[GraphNode, ...]
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    weights: frozenset[int]


def read_graph(path: Path) -> TfliteGraph:
    """Read a file with one signature; ``BundleError`` where it is none."""
    try:
        content = path.read_bytes()
        model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
        (signature,) = model.signatureDefs
    except Exception as error:
        raise BundleError(f"{path} is not a TFLite file of ours: convert it again") from error
    for buffer in model.buffers:  # as arrays they are written at once, else byte by byte
        if buffer.data is not None:
            buffer.data = np.frombuffer(bytes(buffer.data), np.uint8)
    graph = model.subgraphs[0]
    tensors = tuple(_tensor(model, tensor) for tensor in graph.tensors)
    nodes = tuple(_node(model, operator) for operator in graph.operators)
    inputs, outputs = (
        {entry.name.decode(): int(entry.tensorIndex) for entry in side}
        for side in (signature.inputs, signature.outputs)
    )
    return TfliteGraph(
        content=content,
        model=model,
        tensors=tensors,
        nodes=nodes,
        inputs=inputs,
        outputs=outputs,
        weights=_unpackers(tensors, nodes),
    )


def dequantised(tensor: GraphTensor, codes: Values) -> NDArray[np.float32]:
    """The real values of an activation."""
    if tensor.scale is None or tensor.zero_point is None:
        return codes.astype(np.float32)
    centred = codes.astype(np.float32) - np.float32(tensor.zero_point[0])
    return np.asarray(centred * tensor.scale[0], np.float32)


def quantised_codes(
    tensor: GraphTensor, values: NDArray[np.float32], dtype: type[np.generic]
) -> Values:
    """The codes of real values, as QUANTIZE makes them; values as they are without scale."""
    if tensor.scale is None or tensor.zero_point is None:
        return values.astype(dtype)
    codes = np.rint(values / tensor.scale[0]) + tensor.zero_point[0]
    limits = np.iinfo(dtype)  # type: ignore[type-var]  # only integers have a scale
    return np.asarray(np.clip(codes, limits.min, limits.max), dtype)


def open_kept(content: bytes) -> Interpreter:
    """LiteRT on a graph, its built-in kernels, every value kept."""
    interpreter = Interpreter(
        model_content=content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
        num_threads=1,
    )
    interpreter.allocate_tensors()
    return interpreter


def open_usual(content: bytes) -> Interpreter:
    """LiteRT on a graph as an app has it: with XNNPACK."""
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def is_delegated(interpreter: Interpreter) -> bool:
    """Whether XNNPACK took anything of the graph."""
    nodes = interpreter._get_ops_details()  # noqa: SLF001  LiteRT tells it nowhere else
    return any(node["op_name"] == "DELEGATE" for node in nodes)


def flatbuffer_bytes(model: Any) -> bytes:
    """The file of a model as an object."""
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def _tensor(model: Any, tensor: Any) -> GraphTensor:
    data = model.buffers[tensor.buffer].data
    found = tensor.quantization
    scaled = found is not None and found.scale is not None and len(found.scale) > 0
    return GraphTensor(
        name=tensor.name.decode(),
        shape=tuple(int(size) for size in tensor.shape) if tensor.shape is not None else (),
        constant=data is not None and len(data) > 0,
        scale=np.asarray(found.scale, np.float32) if scaled else None,
        zero_point=np.asarray(found.zeroPoint, np.int64) if scaled else None,
    )


def _node(model: Any, operator: Any) -> GraphNode:
    code = model.operatorCodes[operator.opcodeIndex]
    kind = max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
    fused = getattr(operator.builtinOptions, "fusedActivationFunction", 0)
    return GraphNode(
        kind=_KINDS[kind],
        fused="" if fused == 0 else _FUSED[fused],
        inputs=tuple(int(index) for index in operator.inputs),
        outputs=tuple(int(index) for index in operator.outputs),
    )


def _unpackers(
    tensors: tuple[GraphTensor, ...], nodes: tuple[GraphNode, ...]
) -> frozenset[int]:
    fixed = {index for index, tensor in enumerate(tensors) if tensor.constant} | {-1}
    found = set()
    for number, node in enumerate(nodes):
        if fixed.issuperset(node.inputs):
            found.add(number)
            fixed.update(node.outputs)
    return frozenset(found)
