"""Mends: float32 at both borders of an integer graph, QUANTIZE behind each input,
DEQUANTIZE before each output.  The graph between them is not touched."""

from __future__ import annotations

import copy
from typing import Any

from edge_calibration.lint.graph_surgery import OPERATORS, TYPES, name_of, new_operator

_INTEGERS = {TYPES.INT8, TYPES.UINT8, TYPES.INT16}


def float_border(model: Any) -> list[str]:
    """Change the model; the names of what was changed."""
    graph = model.subgraphs[0]
    borders = [
        (int(index), side)
        for side in ("inputs", "outputs")
        for index in getattr(graph, side)
        if graph.tensors[index].type in _INTEGERS and graph.tensors[index].quantization
    ]
    return [_wrapped(model, index, side) for index, side in borders]


def _wrapped(model: Any, index: int, side: str) -> str:
    """A float tensor takes the place and the name of an integer one at the border."""
    graph = model.subgraphs[0]
    inner, outer = graph.tensors[index], copy.copy(graph.tensors[index])
    inner.name = outer.name + b"_quantised"
    outer.type, outer.quantization, outer.buffer = TYPES.FLOAT32, None, 0
    graph.tensors.append(outer)
    added = len(graph.tensors) - 1
    if side == "inputs":
        op = new_operator(model, OPERATORS.QUANTIZE, [added], [index])
        graph.operators.insert(0, op)
    else:
        op = new_operator(model, OPERATORS.DEQUANTIZE, [index], [added])
        graph.operators.append(op)
    setattr(graph, side, [added if i == index else int(i) for i in getattr(graph, side)])
    for signature in model.signatureDefs or ():
        for entry in getattr(signature, side):
            if entry.tensorIndex == index:
                entry.tensorIndex = added
    return name_of(graph, added)
