"""Run a TFLite graph keeping what every node makes; run each node alone on chosen values."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from edge_calibration.layers.tflite_graph import (
    TfliteGraph,
    dequantised,
    flatbuffer_bytes,
    open_kept,
    quantised_codes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from numpy.typing import NDArray

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept:
    """What one node made: the real values, and the codes where it made integers."""

    values: NDArray[np.float32]
    codes: NDArray[Any] | None


class Trace:
    """A graph that keeps its values."""

    def __init__(self, graph: TfliteGraph) -> None:
        self.graph = graph
        self._interpreter = open_kept(graph.content)

    def run(self, inputs: Arrays) -> dict[int, Kept]:
        """What went in and what every node made of it, by the number of the tensor."""
        for name, values in inputs.items():
            index = self.graph.inputs[name]
            shape = self.graph.tensors[index].shape
            self._interpreter.set_tensor(index, values.astype(np.float32).reshape(shape))
        self._interpreter.invoke()
        made = [index for node in self.graph.nodes for index in node.outputs]
        return {index: self._kept(index) for index in (*self.graph.inputs.values(), *made)}

    def _kept(self, index: int) -> Kept:
        codes = self._interpreter.get_tensor(index)
        whole = np.issubdtype(codes.dtype, np.integer)
        return Kept(
            values=dequantised(self.graph.tensors[index], codes), codes=codes if whole else None
        )


class NodeAlone:
    """One node as a graph of its own, with the nodes that unpack its weights.

    Where ``known`` is given, what goes in is among these tensors: the nodes that make of
    them what the node takes are part of the graph.
    """

    def __init__(
        self,
        graph: TfliteGraph,
        number: int,
        start: Callable[[bytes], Any] = open_kept,
        known: Container[int] | None = None,
    ) -> None:
        self._graph = graph
        self.output = graph.nodes[number].outputs[0]
        chosen = _needed(graph, number, known)
        self.inputs = _taken(graph, chosen)
        model, numbers = _alone(graph, chosen, self.inputs)
        self._numbers = numbers
        self.interpreter = start(flatbuffer_bytes(model))

    def run(self, values: Mapping[int, NDArray[np.float32]]) -> NDArray[np.float32]:
        """Its first output, of real values by the number of the input's tensor."""
        for detail in self.interpreter.get_input_details():
            index = self._numbers[detail["index"]]
            tensor = self._graph.tensors[index]
            codes = quantised_codes(tensor, values[index], detail["dtype"])
            self.interpreter.set_tensor(detail["index"], codes.reshape(detail["shape"]))
        self.interpreter.invoke()
        (detail,) = self.interpreter.get_output_details()[:1]
        made = self.interpreter.get_tensor(detail["index"])
        return dequantised(self._graph.tensors[self.output], made)


def _needed(graph: TfliteGraph, number: int, known: Container[int] | None) -> list[int]:
    """The node, after those that unpack its weights or make what is not known."""
    makers = {index: n for n, node in enumerate(graph.nodes) for index in node.outputs}
    ahead, found = [number], [number]
    while ahead:
        for index in graph.nodes[ahead.pop()].inputs:
            maker = makers.get(index)
            if maker is None or maker in found:
                continue
            if maker in graph.weights or (known is not None and index not in known):
                found.append(maker)
                ahead.append(maker)
    return sorted(found)


def _taken(graph: TfliteGraph, chosen: list[int]) -> tuple[int, ...]:
    """What goes into these nodes from outside, but for constants."""
    made = {index for n in chosen for index in graph.nodes[n].outputs}
    used = dict.fromkeys(index for n in chosen for index in graph.nodes[n].inputs)
    return tuple(i for i in used if i >= 0 and i not in made and not graph.tensors[i].constant)


def _alone(
    graph: TfliteGraph, chosen: list[int], inputs: tuple[int, ...]
) -> tuple[Any, list[int]]:
    """A model of these nodes; and, for each of its tensors, the number it had before."""
    whole = graph.model.subgraphs[0]
    used = [i for n in chosen for i in (*graph.nodes[n].inputs, *graph.nodes[n].outputs)]
    kept = sorted({index for index in used if index >= 0})
    place = {old: new for new, old in enumerate(kept)} | {-1: -1}
    part = copy.copy(whole)
    part.tensors = [copy.copy(whole.tensors[index]) for index in kept]
    part.operators = [_moved(whole.operators[n], place) for n in chosen]
    part.inputs = [place[index] for index in inputs]
    part.outputs = [place[index] for index in graph.nodes[chosen[-1]].outputs]
    model = copy.copy(graph.model)
    model.subgraphs, model.signatureDefs, model.metadata = [part], None, None
    _take_buffers(model, part.tensors)
    return model, kept


def _moved(operator: Any, place: Mapping[int, int]) -> Any:
    moved = copy.copy(operator)
    moved.inputs = [place[int(index)] for index in operator.inputs]
    moved.outputs = [place[int(index)] for index in operator.outputs]
    moved.intermediates = None
    return moved


def _take_buffers(model: Any, tensors: list[Any]) -> None:
    """Only what these tensors hold; buffer 0 is the empty one."""
    buffers = [model.buffers[0]]
    for tensor in tensors:
        buffer = model.buffers[tensor.buffer]
        if buffer.data is not None and len(buffer.data):
            buffers.append(buffer)
            tensor.buffer = len(buffers) - 1
        else:
            tensor.buffer = 0
    model.buffers = buffers
