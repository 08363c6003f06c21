"""Mends: a clamp to 0..1 in operations that every delegate has."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from edge_calibration.lint.graph_surgery import (
    OPERATORS,
    TYPES,
    kind_of,
    name_of,
    new_buffer,
    new_operator,
)


def spelt_out_clamp(model: Any) -> list[str]:
    """RELU_0_TO_1 of float32 as RELU and MINIMUM; the names of what they make."""
    graph, operators, done = model.subgraphs[0], [], []
    for op in graph.operators:
        made = graph.tensors[op.outputs[0]] if len(op.outputs) else None
        clamp = kind_of(model, op) == OPERATORS.RELU_0_TO_1
        if not clamp or made is None or made.type != TYPES.FLOAT32:
            operators.append(op)
            continue
        operators += _two(model, op)
        done.append(name_of(graph, int(op.outputs[0])))
    graph.operators = operators
    return done


def _two(model: Any, op: Any) -> list[Any]:
    graph, made = model.subgraphs[0], int(op.outputs[0])
    positive, one = copy.copy(graph.tensors[made]), copy.copy(graph.tensors[made])
    positive.name, one.name = graph.tensors[made].name + b"_positive", b"one"
    one.shape, one.shapeSignature = [], None
    one.buffer = new_buffer(model, np.float32(1.0).tobytes())
    graph.tensors += [positive, one]
    between, limit = len(graph.tensors) - 2, len(graph.tensors) - 1
    return [
        new_operator(model, OPERATORS.RELU, [int(op.inputs[0])], [between]),
        new_operator(model, OPERATORS.MINIMUM, [between, limit], [made]),
    ]
