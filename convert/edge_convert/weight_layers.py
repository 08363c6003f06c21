"""What a float32 TFLite file is made of: the results of its operations, and which of them
hold weights that can be made smaller."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

from edge_calibration.recipes import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

WEIGHTS = 1  # the input of an operation that holds its weights
_KINDS = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)
}
# Each weight meets as many positions as its operation's result has, but where the
# operation spreads what it reads: then as many as were read.
_POSITIONS_OF = {
    "CONV_2D": "made",
    "DEPTHWISE_CONV_2D": "made",
    "TRANSPOSE_CONV": "read",
    "FULLY_CONNECTED": "made",
}
_READ_BY_TRANSPOSE_CONV = 2


def results(file: bytes) -> tuple[str, ...]:
    """The names of what the operations make, in the order in which they run."""
    graph = _model(file).subgraphs[0]
    return tuple(graph.tensors[op.outputs[0]].name.decode() for op in graph.operators)


def weight_layers(file: bytes) -> tuple[Layer, ...]:
    """The operations that hold weights, in the order in which they run."""
    return tuple(_layers(_model(file)))


def _layers(model: Any) -> Iterator[Layer]:
    graph = model.subgraphs[0]
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        kind = _KINDS[max(int(code.builtinCode), int(code.deprecatedBuiltinCode))]
        if kind not in _POSITIONS_OF:
            continue
        weights, made = (
            graph.tensors[index] for index in (operator.inputs[WEIGHTS], operator.outputs[0])
        )
        if model.buffers[weights.buffer].data is None:  # what is multiplied comes from photos
            continue
        read = _POSITIONS_OF[kind] == "read"
        where = graph.tensors[operator.inputs[_READ_BY_TRANSPOSE_CONV]] if read else made
        elements = math.prod(int(side) for side in weights.shape)
        yield Layer(
            result=made.name.decode(),
            kind=kind,
            elements=elements,
            macs=elements * math.prod(int(side) for side in where.shape[1:-1]),
        )


def _model(file: bytes) -> Any:
    return flatbuffer_utils.read_model_from_bytearray(bytearray(file))
