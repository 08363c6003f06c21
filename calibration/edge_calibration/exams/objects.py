"""Object detection: average precision, one pipeline's objects being the other's truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from edge_calibration.exams import WholePhoto, lowered
from edge_calibration.metrics import Detections, Metric, average_precision
from edge_runtime.contract import Nms, step_of
from edge_runtime.drawing import draw_objects
from edge_runtime.geometry import iou
from edge_runtime.program import decode
from edge_runtime.results import DetectedObject, Objects

if TYPE_CHECKING:
    from edge_calibration.exams import Pixels
    from edge_runtime.postprocess import Outputs, Scene

SAME_FROM = 0.5
"""Overlap (intersection over union) from which two boxes are of the same object."""


FAINTEST = 0.05
"""Average precision looks at what a detector is less sure of, too (COCO takes 100 boxes a
photo, whatever their scores): from this score on."""


class ObjectExam(WholePhoto):
    """Any photos; what is wanted is what the other pipeline is sure enough of to report."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self.metrics = (
            Metric(
                name="ap50_agreement",
                title="average precision at IoU 0.5 against the float model's objects",
                unit="",
                better="more",
                compare=self._found,
                over=average_precision,
            ),
        )

    def decode(self, outputs: Outputs, scene: Scene) -> Objects:
        """Objects by NMS, also faint ones."""
        return cast("Objects", decode(outputs, lowered(scene, FAINTEST)))

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Objects:
        """Greedy NMS, one candidate after the other against all that were kept."""
        nms, scores = step_of(scene.program, Nms), outputs["scores"][0]
        boxes = scene.placement.boxes_xyxy(outputs["boxes_xyxy"][0])
        anchors, classes = np.nonzero(scores >= FAINTEST)
        kept: list[tuple[int, int]] = []
        for i in np.argsort(-scores[anchors, classes], kind="stable"):
            anchor, label = int(anchors[i]), int(classes[i])
            rivals = [boxes[other] for other, of in kept if of == label]
            if not rivals or iou(boxes[anchor], np.array(rivals)).max() <= nms.iou_threshold:
                kept.append((anchor, label))
        return Objects(
            objects=tuple(
                DetectedObject(
                    label=scene.labels[label],
                    score=float(scores[anchor, label]),
                    box_xyxy=tuple(boxes[anchor].clip(0, scene.size_wh * 2).tolist()),
                )
                for anchor, label in kept[: nms.most]
            )
        )

    def picture(self, rgb: Pixels, result: Objects) -> Pixels:
        """Boxes with their classes, of what is reported."""
        return draw_objects(rgb, self._reported(result))

    def _found(self, made: Objects, wanted: Objects) -> Detections | None:
        return found(made, self._reported(wanted))

    def _reported(self, result: Objects) -> Objects:
        sure = tuple(thing for thing in result.objects if thing.score >= self._threshold)
        return Objects(objects=sure)


def found(made: Objects, wanted: Objects) -> Detections | None:
    """Which objects found one that was wanted: the best score first, each only once."""
    if not (made.objects or wanted.objects):
        return None
    left = list(wanted.objects)
    hits = []
    for thing in sorted(made.objects, key=lambda o: -o.score):
        match = _match(thing, left)
        hits.append(match is not None)
        if match is not None:
            left.remove(match)
    ordered = sorted(made.objects, key=lambda o: -o.score)
    return Detections(
        labels=np.array([thing.label for thing in ordered], dtype=str),
        scores=np.array([thing.score for thing in ordered]),
        hits=np.array(hits, dtype=bool),
        wanted=np.array([thing.label for thing in wanted.objects], dtype=str),
    )


def _match(thing: DetectedObject, left: list[DetectedObject]) -> DetectedObject | None:
    same = [other for other in left if other.label == thing.label]
    if not same:
        return None
    overlaps = iou(np.array(thing.box_xyxy), np.array([other.box_xyxy for other in same]))
    return same[int(overlaps.argmax())] if overlaps.max() >= SAME_FROM else None
