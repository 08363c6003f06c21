"""Small cuts in a TFLite file that is held as objects of its schema."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

OPERATORS = schema.BuiltinOperator
TYPES = schema.TensorType


def parsed(content: bytes) -> Any:
    """The file as objects."""
    return flatbuffer_utils.read_model_from_bytearray(bytearray(content))


def packed(model: Any) -> bytes:
    """The objects as a file."""
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def kind_of(model: Any, op: Any) -> int:
    """Which of ``OPERATORS`` an operator is."""
    code = model.operatorCodes[op.opcodeIndex]
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))


def new_operator(model: Any, kind: int, inputs: list[int], outputs: list[int]) -> Any:
    """An operator without options; it is yet to be put into the graph."""
    op = schema.OperatorT()
    op.opcodeIndex, op.inputs, op.outputs = _code(model, kind), inputs, outputs
    return op


def _code(model: Any, kind: int) -> int:
    for i, known in enumerate(model.operatorCodes):
        if max(int(known.builtinCode), int(known.deprecatedBuiltinCode)) == kind:
            return i
    code = schema.OperatorCodeT()
    code.builtinCode, code.deprecatedBuiltinCode, code.version = kind, min(kind, 127), 1
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def new_buffer(model: Any, content: bytes) -> int:
    """Keep a constant's bytes in the file; the number of their buffer."""
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(content, np.uint8)
    model.buffers.append(buffer)
    return len(model.buffers) - 1


def numbers(model: Any, tensor: int, dtype: type) -> Any:
    """The numbers of a constant, flat; ``None`` where it is none."""
    data = model.buffers[model.subgraphs[0].tensors[tensor].buffer].data
    return None if data is None or not len(data) else np.frombuffer(bytes(data), dtype)


def new_signature(graph: Any, key: bytes) -> Any:
    """A signature of the graph's own inputs and outputs, by their tensors' names."""
    made = schema.SignatureDefT()
    made.signatureKey, made.subgraphIndex = key, 0
    made.inputs, made.outputs = (
        [_entry(graph, int(index)) for index in side] for side in (graph.inputs, graph.outputs)
    )
    return made


def _entry(graph: Any, index: int) -> Any:
    entry = schema.TensorMapT()
    entry.name, entry.tensorIndex = graph.tensors[index].name, index
    return entry


def name_of(graph: Any, tensor: int) -> str:
    """What a tensor is called."""
    return str(graph.tensors[tensor].name.decode())


def makers(graph: Any) -> dict[int, Any]:
    """What makes each tensor that is made."""
    return {int(made): op for op in graph.operators for made in op.outputs}


def join(graph: Any, kept: int, gone: int) -> bool:
    """Let one tensor stand for another that holds the same; false where both are borders.

    A tensor of the border keeps its place, so that its name stays.
    """
    border = {*map(int, graph.inputs), *map(int, graph.outputs)}
    if gone in border:
        if kept in border:
            return False
        maker = makers(graph)[kept]
        maker.outputs = [gone if int(made) == kept else int(made) for made in maker.outputs]
        kept, gone = gone, kept
    for op in graph.operators:
        op.inputs = [kept if int(taken) == gone else int(taken) for taken in op.inputs]
    return True


def drop_unused(graph: Any) -> None:
    """Leave out operators of which nothing is used any more."""
    while True:
        used = {*map(int, graph.outputs)}
        used |= {int(taken) for op in graph.operators for taken in op.inputs}
        left = [op for op in graph.operators if used & {int(made) for made in op.outputs}]
        if len(left) == len(graph.operators):
            return
        graph.operators = left
