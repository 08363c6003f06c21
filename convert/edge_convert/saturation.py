"""The range that goes into a sigmoid is known: outside -8..8 the answer is 0 or 1.

Measured ranges are worse there.  Where no calibration photo shows a tie, no tie may score
more than 0.65 ever after (found on SSD); and of 256 steps down to -46 few are left for
the numbers that matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_convert.ranges import Ranges

LIMIT = 8.0  # a sigmoid is within 0.0004 of its end here, a step of int8 at most 0.016 high
_KINDS = schema.BuiltinOperator
_SAME_NUMBERS = {_KINDS.CONCATENATION, _KINDS.DEPTH_TO_SPACE, _KINDS.RESHAPE}


def with_sigmoid_ranges(file: bytes, ranges: Ranges) -> Ranges:
    """The ranges of a float32 TFLite file, those before a sigmoid as they have to be.

    Where parts are joined before a sigmoid, the parts too: int8 joins only what is scaled
    alike.
    """
    known = set(_before_sigmoids(file))
    return {
        name: (-LIMIT, LIMIT) if name in known else measured
        for name, measured in ranges.items()
    }


def _before_sigmoids(file: bytes) -> Iterator[str]:
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    graph = model.subgraphs[0]
    makers = {operator.outputs[0]: operator for operator in graph.operators}
    ahead = [
        operator.inputs[0]
        for operator in graph.operators
        if _kind(model, operator) == _KINDS.LOGISTIC
    ]
    while ahead:
        tensor = ahead.pop()
        yield graph.tensors[tensor].name.decode()
        maker = makers.get(tensor)
        if maker is not None and _kind(model, maker) in _SAME_NUMBERS:
            ahead.extend(maker.inputs)


def _kind(model: Any, operator: Any) -> int:
    code = model.operatorCodes[operator.opcodeIndex]
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
