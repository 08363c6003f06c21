"""A variant of a TFLite file against the float32 file that it was made of, node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_calibration.layers.graph_layers import GraphLayers, Seen, plain_name
from edge_calibration.layers.layer_report import QUANTISATION_DB, LayerError, comparison
from edge_calibration.layers.tensor_error import CodeTally
from edge_calibration.layers.tflite_graph import read_graph
from edge_calibration.layers.tflite_trace import NodeAlone, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_calibration.layers.layer_report import Comparison
    from edge_calibration.layers.pairing import Twin
    from edge_calibration.layers.tflite_graph import TfliteGraph
    from edge_calibration.layers.tflite_trace import Kept

    Values: TypeAlias = NDArray[np.float32]
    Arrays: TypeAlias = Mapping[str, Values]


def compare_files(
    float_file: Path,
    variant_file: Path,
    photos: Mapping[str, Arrays],
    twins: Mapping[str, Twin] | None = None,
    tolerance_db: float = QUANTISATION_DB,
) -> Comparison:
    """Every node of a variant against the node of the float32 graph of that name.

    ``twins`` name the layers, by the name of the tensor; without them the graph's own
    names do.
    """
    both = _Both(read_graph(float_file), read_graph(variant_file))
    for inputs in photos.values():
        both.add(inputs)
    layers = both.found(twins or {})
    return comparison("the variant", "the float32 graph", tolerance_db, layers)


class _Both:
    """A float32 graph and a variant of it, and what has been seen of their difference."""

    def __init__(self, right: TfliteGraph, graph: TfliteGraph) -> None:
        self._graph, self._layers = graph, GraphLayers(graph)
        self._views = GraphLayers(right).views
        self._traces = Trace(right), Trace(graph)
        self._names = {tensor.name: index for index, tensor in enumerate(right.tensors)}
        known = [i for i, t in enumerate(graph.tensors) if plain_name(t.name) in self._names]
        self._alone = [NodeAlone(graph, n, known=known) for n in self._layers.numbers]
        self._seen = [Seen() for _ in self._alone]

    def add(self, inputs: Arrays) -> None:
        """One photo."""
        right, kept = (trace.run(inputs) for trace in self._traces)
        wanted = self._wanted(right)
        for name, alone, seen in zip(self._layers.names, self._alone, self._seen, strict=True):
            if alone.output not in wanted:
                continue
            look = self._views.get(name, np.asarray)
            right_here = look(wanted[alone.output])
            seen.error.add(look(kept[alone.output].values), right_here)
            self._count(seen, alone.output, kept[alone.output], wanted[alone.output])
            if wanted.keys() >= set(alone.inputs):
                seen.own.add(look(alone.run(wanted)), right_here)

    def found(self, twins: Mapping[str, Twin]) -> list[LayerError]:
        """What it comes to."""
        layers = self._layers
        return [
            layers.record(place, twins.get(layers.names[place]), seen)
            for place, seen in enumerate(self._seen)
        ]

    def _wanted(self, right: Mapping[int, Kept]) -> dict[int, Values]:
        """What the variant's tensors should hold, as far as the float32 graph has them."""
        same = (
            (index, self._names.get(plain_name(tensor.name)))
            for index, tensor in enumerate(self._graph.tensors)
        )
        return {
            index: right[number].values
            for index, number in same
            if number is not None and number in right
        }

    def _count(self, seen: Seen, index: int, kept: Kept, wanted: Values) -> None:
        tensor = self._graph.tensors[index]
        if kept.codes is None or kept.codes.dtype != np.int8 or tensor.scale is None:
            return
        if seen.codes is None and tensor.zero_point is not None:
            scale, zero_point = float(tensor.scale[0]), int(tensor.zero_point[0])
            seen.codes = CodeTally(scale=scale, zero_point=zero_point)
        if seen.codes is not None:
            seen.codes.add(kept.codes, wanted)
