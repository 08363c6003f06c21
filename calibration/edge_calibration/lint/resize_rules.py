"""Rules on resizing: where runtimes take other pixels than the network did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_calibration.lint.rule import LITERT, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_calibration.lint.model_graph import ModelGraph, Operation

_RESIZES = ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")


def _of_kind(graph: ModelGraph, *kinds: str) -> Iterator[Operation]:
    yield from (op for op in graph.operations if op.kind in kinds)


def _contradiction(graph: ModelGraph) -> Iterator[str]:
    for op in _of_kind(graph, *_RESIZES):
        if op.options.get("alignCorners") and op.options.get("halfPixelCenters"):
            yield op.name


def _origin(graph: ModelGraph) -> Iterator[str]:
    for op in _of_kind(graph, "RESIZE_BILINEAR"):
        if not (op.options.get("alignCorners") or op.options.get("halfPixelCenters")):
            yield op.name


def _uneven(graph: ModelGraph) -> Iterator[str]:
    for op in _of_kind(graph, "RESIZE_NEAREST_NEIGHBOR"):
        if _is_uneven(op.inputs[0].shape[1:3], op.outputs[0].shape[1:3]):
            yield f"{op.name}: {op.inputs[0].shape} to {op.outputs[0].shape}"


def _uneven_onnx(graph: ModelGraph) -> Iterator[str]:
    for op in _of_kind(graph, "Resize"):
        nearest = op.options.get("mode", b"nearest") == b"nearest"
        if nearest and _is_uneven(op.inputs[0].shape[2:], op.outputs[0].shape[2:]):
            yield f"{op.name}: {op.inputs[0].shape} to {op.outputs[0].shape}"


def _is_uneven(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether any side grows by a factor that is not whole (or shrinks)."""
    return any(b > 0 and a > 0 and a % b != 0 for b, a in zip(before, after, strict=False))


RESIZE_RULES = (
    Rule(
        id="PL007-resize-contradiction",
        kinds=("tflite",),
        severity="error",
        targets=LITERT,
        title="a resize with aligned corners and half-pixel centres",
        why="The two exclude each other: LiteRT refuses to prepare the graph.",
        mend="Use align_corners=False in the network, then export again.",
        sources=("https://github.com/google-ai-edge/litert-torch/issues/158",),
        find=_contradiction,
    ),
    Rule(
        id="PL008-resize-origin",
        kinds=("tflite",),
        severity="warning",
        targets=LITERT,
        title="a resize with neither aligned corners nor half-pixel centres",
        why="It is shifted by half a pixel against what PyTorch and TensorFlow 2 compute.",
        mend="Export with half-pixel centres.",
        sources=("https://github.com/tensorflow/tensorflow/issues/33691",),
        find=_origin,
    ),
    Rule(
        id="PL027-uneven-nearest",
        kinds=("tflite",),
        severity="note",
        targets=LITERT,
        title="a nearest-neighbour resize by a factor that is not whole",
        why="Frameworks round differently to a pixel; some ignore half-pixel centres.",
        mend="Resize by a whole factor or bilinearly, or compare with the float network.",
        sources=(
            "https://github.com/tensorflow/tensorflow/issues/31011",
            "https://github.com/tensorflow/tflite-micro/pull/3222",
        ),
        find=_uneven,
    ),
    Rule(
        id="ON002-uneven-nearest",
        kinds=("onnx",),
        severity="note",
        targets=("ios-ane",),
        title="a nearest-neighbour Resize by a factor that is not whole",
        why="Where two pixels are equally near, ONNX Runtime has taken the wrong one.",
        mend="Resize by a whole factor or bilinearly, or compare with the float network.",
        sources=("https://github.com/microsoft/onnxruntime/issues/28291",),
        find=_uneven_onnx,
    ),
)
