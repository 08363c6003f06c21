"""Detectors in the form that MediaPipe Tasks take: they decode boxes themselves.

A few operations behind the graph of a file that ships turn its final boxes back into what
the Task expects, so that the network stays the one that was verified.  ObjectDetector is
told how to decode; FaceDetector knows its own anchors, those of the short-range model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from edge_convert.bundle import label_files
from edge_convert.detector_schema import (
    DETECTOR,
    FixedAnchor,
    FixedAnchorsSchema,
    ObjectDetectorOptions,
    SsdAnchorsOptions,
    TensorsDecodingOptions,
)
from edge_convert.flat_tables import Nested, pack
from edge_convert.graph_edit import GraphEdit
from edge_convert.metadata_schema import OPTIONS_IDENTIFIER, OPTIONS_PARSER, CustomMetadata
from edge_convert.placing import write_whole
from edge_convert.tflite_metadata import with_metadata, without_metadata
from edge_runtime.errors import ConversionError
from edge_runtime.spec import FaceDetection, ObjectDetection, Tensor

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_convert.tflite_metadata import Labels
    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import ModelSpec

ANCHORS_OF_FACES = 896
# Left, top, right, bottom to the centre's y and x, height and width.
_TO_YXHW = ((0, 0.5, 0, 0.5), (0.5, 0, 0.5, 0), (0, -1, 0, 1), (-1, 0, 1, 0))
_TO_XYWH = ((0.5, 0, 0.5, 0), (0, 0.5, 0, 0.5), (-1, 0, 1, 0), (0, -1, 0, 1))


def write_tasks_form(source: Bundle, spec: ModelSpec, folder: Path) -> Path:
    """Write the form of the file that ships as ``<id>-tasks.tflite``; its path.

    Raises what ``Bundle.file`` and :func:`tasks_form` raise.
    """
    _, shipped = source.file(source.entry(spec.id))
    path = folder / f"{spec.id}-tasks.tflite"
    write_whole(path, tasks_form(shipped.read_bytes(), spec, label_files(spec)))
    return path


def tasks_form(file: bytes, spec: ModelSpec, labels: Labels) -> bytes:
    """A detector's TFLite file for MediaPipe Tasks, with its metadata.

    ``labels`` as :func:`edge_convert.tflite_metadata.with_metadata` takes them.  Raises
    ``ConversionError`` for a model of which MediaPipe has no detector.
    """
    graph = GraphEdit(without_metadata(file), "tasks")
    graph.operators.extend(graph.take_operators())
    if isinstance(spec.task, ObjectDetection):
        made, options = _object_detector(graph, spec), _object_options(spec)
    elif isinstance(spec.task, FaceDetection) and _anchors(spec) == ANCHORS_OF_FACES:
        made, options = _face_detector(graph, spec), ()
    else:
        raise ConversionError(
            f"{spec.id} has no other form: MediaPipe Tasks load a segmenter and a classifier"
            " as they ship, an object detector and the short-range face detector in this one"
        )
    said = replace(spec, outputs=made)
    return with_metadata(graph.to_bytes(), said, spec.image.size_hw, labels, options)


def _anchors(spec: ModelSpec) -> int:
    return spec.outputs[0].shape[1]


def _object_detector(graph: GraphEdit, spec: ModelSpec) -> tuple[Tensor, ...]:
    boxes, scores = (graph.output(output.name) for output in spec.outputs)
    yxhw = _times(graph, boxes, np.array(_TO_YXHW, np.float32))
    graph.set_outputs({"boxes_yxhw": yxhw, "scores": scores})
    meaning = "y and x of the centre, height and width of each candidate"
    return replace(spec.outputs[0], name="boxes_yxhw", meaning=meaning), spec.outputs[1]


def _object_options(spec: ModelSpec) -> tuple[CustomMetadata, ...]:
    """Anchors that change nothing: the graph has decoded its boxes already."""
    zero, one, no = np.float32(0), np.float32(1), np.bool_(False)
    unit = FixedAnchor(x_center=zero, y_center=zero, width=one, height=one)
    count, (_, _, classes) = _anchors(spec), spec.outputs[1].shape
    options = ObjectDetectorOptions(
        min_parser_version=OPTIONS_PARSER,
        ssd_anchors_options=SsdAnchorsOptions(
            fixed_anchors_schema=FixedAnchorsSchema(anchors=(unit,) * count)
        ),
        tensors_decoding_options=TensorsDecodingOptions(
            num_classes=np.int32(classes),
            num_boxes=np.int32(count),
            num_coords=np.int32(4),
            num_values_per_keypoint=np.int32(2),  # it insists, where there are no points
            x_scale=one,
            y_scale=one,
            w_scale=one,
            h_scale=one,
            apply_exponential_on_box_size=no,
            sigmoid_score=no,
        ),
    )
    content = Nested(pack(options, OPTIONS_IDENTIFIER))
    return (CustomMetadata(name=DETECTOR, data=content),)


def _face_detector(graph: GraphEdit, spec: ModelSpec) -> tuple[Tensor, ...]:
    """Offsets from the anchors in pixels [1, 896, 16] and logits [1, 896, 1]."""
    count, side = _anchors(spec), spec.image.size_hw[0]
    boxes, points, scores = (graph.output(output.name) for output in spec.outputs)
    flat = graph.add(
        "Reshape", [points, _shape(graph, 1, count, 12)], graph.tensor([1, count, 12])
    )
    both = graph.add("Concatenation", [boxes, flat], graph.tensor([1, count, 16]), axis=2)
    matrix = np.eye(16, dtype=np.float32)
    matrix[:4, :4] = _TO_XYWH
    pixels = _times(graph, both, matrix * side)
    shapes = graph.add(
        "Sub",
        [pixels, graph.constant(_places() * side)],
        graph.tensor([1, count, 16], "regressors"),
    )
    graph.set_outputs({"regressors": shapes, "classificators": _logits(graph, scores, count)})
    return (
        Tensor(
            name="regressors",
            shape=(1, count, 16),
            meaning="centre, size and six points of each candidate, from its anchor",
            unit="pixels of the input",
        ),
        Tensor(
            name="classificators",
            shape=(1, count, 1),
            meaning="that it is a face, before the sigmoid",
            unit="logit",
        ),
    )


def _places() -> NDArray[np.float32]:
    """The anchors' centres [1, 896, 16], 0..1, where a number is a place and no size."""
    from edge_convert.networks.blazeface import ShortRange

    centres: NDArray[np.float32] = ShortRange().anchors.centres.numpy()
    places = np.tile(centres, (1, 1, 8))
    places[:, :, 2:4] = 0
    return places


def _logits(graph: GraphEdit, scores: int, count: int) -> int:
    """log(p) - log(1 - p): infinite where p is 0 or 1, which the Task clips to 100."""
    one, flat = graph.constant(np.ones(1, np.float32)), [1, count]
    against = graph.add("Sub", [one, scores], graph.tensor(flat))
    logs = [graph.add("Log", [value], graph.tensor(flat)) for value in (scores, against)]
    logit = graph.add("Sub", logs, graph.tensor(flat))
    shape = _shape(graph, 1, count, 1)
    made = graph.tensor([1, count, 1], "classificators")
    return graph.add("Reshape", [logit, shape], made)


def _times(graph: GraphEdit, value: int, matrix: NDArray[np.float32]) -> int:
    """The last dimension times a matrix of (made, given)."""
    inputs = [value, graph.constant(matrix), -1]
    shape = [*graph.shape(value)[:-1], len(matrix)]
    return graph.add("FullyConnected", inputs, graph.tensor(shape), keepNumDims=True)


def _shape(graph: GraphEdit, *sizes: int) -> int:
    return graph.constant(np.array(sizes, np.int32))
