"""The layers of a TFLite graph: its nodes but for those that unpack weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_calibration.layers.layer_report import LayerError
from edge_calibration.layers.pairing import Made, path_in_name
from edge_calibration.layers.tensor_error import ErrorTally

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from edge_calibration.layers.pairing import Twin
    from edge_calibration.layers.tensor_error import CodeTally
    from edge_calibration.layers.tflite_graph import TfliteGraph
    from edge_calibration.layers.tflite_trace import Kept

    View: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]

_FAR = 30.0  # a sigmoid is at its end there
_CASTS = {"QUANTIZE", "DEQUANTIZE"}
_BORDERS = ("_quantized", "_dequant")  # what quantising adds to a name at the border


@dataclass(kw_only=True)
class Seen:
    """What has been seen of one layer: its error, what it loses alone, its codes."""

    error: ErrorTally = field(default_factory=ErrorTally)
    own: ErrorTally = field(default_factory=ErrorTally)
    codes: CodeTally | None = None


class GraphLayers:
    """The layers, each by its place in the order of computation."""

    def __init__(self, graph: TfliteGraph) -> None:
        self.graph = graph
        self.numbers = tuple(n for n in range(len(graph.nodes)) if n not in graph.weights)
        self.outputs = tuple(graph.nodes[number].outputs[0] for number in self.numbers)
        self.names = tuple(plain_name(graph.tensors[index].name) for index in self.outputs)
        makers = {index: place for place, index in enumerate(self.outputs)}
        self.views = _views(graph)
        self.sources = tuple(
            tuple(makers[index] for index in graph.nodes[number].inputs if index in makers)
            for number in self.numbers
        )

    def made(self, kept: Mapping[int, Kept]) -> list[Made]:
        """What each layer made of one photo, to be paired with a network's values."""
        return [
            Made(
                path=path_in_name(name),
                kind=self.graph.nodes[number].kind,
                fused=self.graph.nodes[number].fused,
                inputs=sources,
                values=kept[output].values,
            )
            for name, number, sources, output in zip(
                self.names, self.numbers, self.sources, self.outputs, strict=True
            )
        ]

    def record(self, place: int, twin: Twin | None, seen: Seen) -> LayerError:
        """A layer in the words of its twin, or in the graph's own."""
        node = self.graph.nodes[self.numbers[place]]
        name = self.names[place]
        if node.kind in _CASTS:
            twin = None
        layer = twin.layer if twin else path_in_name(name).replace("/", ".")
        return LayerError(
            layer=layer,
            operation=twin.operation if twin else node.kind,
            paired=twin is not None,
            tensor=name,
            kind=node.kind,
            shape=self.graph.tensors[self.outputs[place]].shape,
            inputs=self.sources[place],
            error=seen.error.found(),
            own=seen.own.found(),
            codes=seen.codes.found() if seen.codes else None,
        )


def through_sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a sigmoid lets through of a value."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -_FAR, _FAR))), np.float32)


def through_hard_swish(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a hard swish lets through of a value: from -3 on."""
    return np.maximum(values, np.float32(-3))


_VIEWS: Mapping[str, View] = {"LOGISTIC": through_sigmoid, "HARD_SWISH": through_hard_swish}


def _views(graph: TfliteGraph) -> dict[str, View]:
    """By their names, tensors that one kind of operation takes, which does not look at all
    of their range: what is cut off beyond it is no loss."""
    takers: dict[int, set[str]] = {index: {"OUTPUT"} for index in graph.outputs.values()}
    for node in graph.nodes:
        for index in node.inputs:
            takers.setdefault(index, set()).add(node.kind)
    alone = {index: next(iter(kinds)) for index, kinds in takers.items() if len(kinds) == 1}
    return {
        graph.tensors[index].name: _VIEWS[kind]
        for index, kind in alone.items()
        if kind in _VIEWS
    }


def plain_name(name: str) -> str:
    """The float32 graph's name of a tensor at the border of integers."""
    for border in _BORDERS:
        name = name.removesuffix(border)
    return name
