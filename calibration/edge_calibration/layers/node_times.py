"""How long each node takes by itself, and whether XNNPACK takes it or leaves it.

A node alone is a graph of one operation, run as an app would run it.  The times leave out
what a whole graph saves between its nodes, so they are to be compared with one another.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from edge_calibration.layers.graph_layers import GraphLayers
from edge_calibration.layers.layer_report import NodeTime
from edge_calibration.layers.tflite_graph import is_delegated, open_usual
from edge_calibration.layers.tflite_trace import NodeAlone

if TYPE_CHECKING:
    from edge_calibration.layers.tflite_graph import TfliteGraph

ROUNDS = 30
_BATCH = 3  # runs between two looks at the clock


def node_times(right: TfliteGraph, graph: TfliteGraph) -> list[NodeTime]:
    """For each layer of a variant: its time and that of the float32 graph's node of the
    same name, in turns, on one thread."""
    floats, layers = GraphLayers(right), GraphLayers(graph)
    known = dict(zip(floats.names, floats.numbers, strict=True))
    return [
        _timed(
            NodeAlone(graph, number, open_usual),
            NodeAlone(right, known[name], open_usual) if name in known else None,
        )
        for name, number in zip(layers.names, layers.numbers, strict=True)
    ]


def _timed(node: NodeAlone, other: NodeAlone | None) -> NodeTime:
    pair = [node] if other is None else [node, other]
    spent: list[list[float]] = [[] for _ in pair]
    for _ in range(ROUNDS):
        for one, times in zip(pair, spent, strict=True):
            started = perf_counter()
            for _ in range(_BATCH):
                one.interpreter.invoke()
            times.append((perf_counter() - started) / _BATCH)
    microseconds = [round(1e6 * median(times), 1) for times in spent]
    return NodeTime(
        delegated=is_delegated(node.interpreter),
        us=microseconds[0],
        float_us=microseconds[1] if other else None,
    )
