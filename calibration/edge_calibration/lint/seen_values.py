"""How large the values of a file become on photos: it is run, and every value looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_calibration.layers.tflite_graph import open_kept
from edge_calibration.quiet import aside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from edge_calibration.lint.model_graph import ModelGraph, Value

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]


def with_seen_values(graph: ModelGraph, photos: Sequence[Arrays]) -> ModelGraph:
    """The graph with the largest magnitude of its float values, by name, over the photos.

    ``photos`` are inputs by name, float32, pictures NHWC.  A file without floats at its
    border, and an ONNX file, is not run.
    """
    runs = {"tflite": _tflite_values, "coreml": _coreml_values}
    if not photos or graph.kind not in runs:
        return graph
    largest: dict[str, float] = {}
    with aside(f"running {graph.path.name}"):
        for inputs in photos:
            for name, values in runs[graph.kind](graph, inputs):
                magnitude = float(np.max(np.abs(values), initial=0.0))
                largest[name] = max(largest.get(name, 0.0), magnitude)
    return replace(graph, largest=largest)


def _tflite_values(
    graph: ModelGraph, inputs: Arrays
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    interpreter = open_kept(graph.path.read_bytes())
    details = {tensor["name"]: tensor for tensor in interpreter.get_tensor_details()}
    for value in graph.inputs:
        interpreter.set_tensor(details[value.name]["index"], inputs[value.name])
    interpreter.invoke()
    for op in graph.operations:
        for value in op.outputs:
            if value.dtype == "FLOAT32" and not value.constant:
                yield value.name, interpreter.get_tensor(details[value.name]["index"])


def _coreml_values(
    graph: ModelGraph, inputs: Arrays
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    from edge_calibration.coreml.mil_session import MilSession  # noqa: PLC0415  PyTorch

    laid_out = {value.name: _as_taken(value, inputs[value.name]) for value in graph.inputs}
    yield from MilSession(graph.path, "fp32").trace(laid_out).items()


def _as_taken(value: Value, given: NDArray[np.float32]) -> NDArray[np.float32]:
    """A picture as a program takes it, NCHW; what has its shape already as it is."""
    return given if given.shape == value.shape else given.transpose(0, 3, 1, 2).copy()
