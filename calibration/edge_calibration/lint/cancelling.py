"""Mends: pairs of operators that undo each other are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_calibration.lint.graph_surgery import (
    OPERATORS,
    drop_unused,
    join,
    kind_of,
    makers,
    name_of,
    numbers,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def without_transposes(model: Any) -> list[str]:
    """Take out two transposes in a row that leave everything in its place."""
    return _without(model, (OPERATORS.TRANSPOSE, OPERATORS.TRANSPOSE), _undo_each_other)


def without_ping_pong(model: Any) -> list[str]:
    """Take out DEQUANTIZE and QUANTIZE where the codes stay the same."""
    return _without(model, (OPERATORS.DEQUANTIZE, OPERATORS.QUANTIZE), _keep_codes)


def _without(
    model: Any, kinds: tuple[int, int], cancel: Callable[[Any, Any, Any], bool]
) -> list[str]:
    graph, done = model.subgraphs[0], []
    for second in list(graph.operators):
        first = makers(graph).get(int(second.inputs[0])) if len(second.inputs) else None
        if first is None or (kind_of(model, first), kind_of(model, second)) != kinds:
            continue
        before, after = int(first.inputs[0]), int(second.outputs[0])
        if cancel(model, first, second) and join(graph, before, after):
            graph.operators = [op for op in graph.operators if op is not second]
            done.append(name_of(graph, after))
    drop_unused(graph)
    return done


def _undo_each_other(model: Any, first: Any, second: Any) -> bool:
    one, other = (numbers(model, int(op.inputs[1]), np.int32) for op in (first, second))
    if one is None or other is None:
        return False
    return bool((one[other] == np.arange(one.size)).all())


def _keep_codes(model: Any, first: Any, second: Any) -> bool:
    tensors = model.subgraphs[0].tensors
    before, after = tensors[first.inputs[0]], tensors[second.outputs[0]]
    if before.type != after.type or not before.quantization or not after.quantization:
        return False
    return all(
        np.array_equal(getattr(before.quantization, key), getattr(after.quantization, key))
        for key in ("scale", "zeroPoint")
    )
