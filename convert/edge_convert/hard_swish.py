"""Hard swish in int8 as operations that XNNPACK has in int8.

XNNPACK takes ``HARD_SWISH`` in float32 alone.  In int8 it stays with LiteRT's own kernel,
which is slow, and each one cuts the delegate's graph in two: the portrait segmenter is
split into 12 parts and takes 1.65 times as long as in float32.  As a sum, a product with a
constant and a product it is one part, and takes 0.78 times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edge_convert.graph_edit import OPERATORS, GraphEdit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from edge_convert.ranges import Ranges

LOWEST = -3.0  # what goes in below comes out as 0
_RELU6 = schema.ActivationFunctionType.RELU6
_SHIFTED, _FACTOR = "#shifted", "#factor"


def hard_swishes(file: bytes) -> tuple[str, ...]:
    """The names of what the hard swishes of a TFLite file make, in order."""
    graph = GraphEdit(file, "")
    return tuple(
        graph.name(operator.outputs[0])
        for operator in graph.take_operators()
        if graph.kind(operator) == OPERATORS.HARD_SWISH
    )


def spelt_out(file: bytes, results: Collection[str]) -> bytes:
    """The same function with these hard swishes as ``x * (relu6(x + 3) / 6)``."""
    if not results:
        return file
    graph = GraphEdit(file, "hard_swish")
    for operator in graph.take_operators():
        made = graph.name(operator.outputs[0])
        if graph.kind(operator) == OPERATORS.HARD_SWISH and made in results:
            _spell_out(graph, operator)
        else:
            graph.operators.append(operator)
    return graph.to_bytes()


def parts(result: str) -> tuple[str, str]:
    """The names of what a hard swish that was spelt out makes on its way."""
    return result + _SHIFTED, result + _FACTOR


def with_part_ranges(ranges: Ranges, results: Iterable[str]) -> Ranges:
    """The ranges, and those of the parts, which are known."""
    known = ranges.copy()
    for result in results:
        shifted, factor = parts(result)
        known[shifted], known[factor] = (0.0, 6.0), (0.0, 1.0)
    return known


def with_hard_swish_ranges(file: bytes, ranges: Ranges) -> Ranges:
    """The ranges of a float32 TFLite file, without what a hard swish turns to 0.

    A range of -80..66 becomes -3..66: int8 has twice as many steps for what is left.  Only
    tensors that nothing else takes are narrowed.
    """
    graph = GraphEdit(file, "")
    takers: dict[int, set[int]] = {}
    for operator in graph.take_operators():
        for index in operator.inputs:
            takers.setdefault(index, set()).add(graph.kind(operator))
    known = {graph.name(i) for i, kinds in takers.items() if kinds == {OPERATORS.HARD_SWISH}}
    return {
        name: (max(low, LOWEST), high) if name in known and high > LOWEST else (low, high)
        for name, (low, high) in ranges.items()
    }


def _spell_out(graph: GraphEdit, operator: Any) -> None:
    x, made = operator.inputs[0], operator.outputs[0]
    shape = graph.shape(made)
    three, sixth = (graph.constant(np.array([v], np.float32)) for v in (3, 1 / 6))
    shifted, factor = (graph.tensor(shape, name) for name in parts(graph.name(made)))
    graph.add("Add", [x, three], shifted, fusedActivationFunction=_RELU6)
    graph.add("Mul", [shifted, sixth], factor)
    graph.add("Mul", [x, factor], made)
