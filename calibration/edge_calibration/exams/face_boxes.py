"""Face detection: the boxes' overlap and the scores' difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.exams import WholePhoto, lowered
from edge_calibration.metrics import Metric, matched
from edge_runtime.contract import NamePoints, SelectCandidates, WeightedNms, step_of
from edge_runtime.drawing import draw_faces
from edge_runtime.geometry import iou
from edge_runtime.program import decode
from edge_runtime.results import Face, Faces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edge_calibration.exams import Pixels
    from edge_runtime.postprocess import Outputs, Scene


SLACK = 0.1


@dataclass(frozen=True, kw_only=True)
class Sightings:
    """``reported``: the faces that score enough; ``traces``: those up to ``SLACK`` below it.

    A face that one pipeline reports at 0.501 and the other sees at 0.499 is a difference
    of the score, which has a gate of its own, and no box that moved.
    """

    reported: tuple[Face, ...]
    traces: tuple[Face, ...]


def box_iou(made: Sightings, wanted: Sightings) -> float | None:
    """Mean over the faces that either reports; 0 for one that the other has no trace of."""
    overlaps = [overlap for _, _, overlap in _pairs(made, wanted)]
    return float(np.mean(overlaps)) if overlaps else None


def score_difference(made: Sightings, wanted: Sightings) -> float | None:
    """Mean over the faces that either reports and both see."""
    pairs = [(one, other) for one, other, _ in _pairs(made, wanted) if one and other]
    if not pairs:
        return None
    return float(np.mean([abs(one.score - other.score) for one, other in pairs]))


def _pairs(
    made: Sightings, wanted: Sightings
) -> Iterator[tuple[Face | None, Face | None, float]]:
    """Each face that either reports with the other's, and their overlap."""
    both = matched(_boxes(made.reported), _boxes(wanted.reported))
    for i, j, overlap in both:
        yield made.reported[i], wanted.reported[j], overlap
    left = [face for i, face in enumerate(made.reported) if i not in {i for i, _, _ in both}]
    for face, trace, overlap in _traced(left, wanted.traces):
        yield face, trace, overlap
    left = [face for j, face in enumerate(wanted.reported) if j not in {j for _, j, _ in both}]
    for face, trace, overlap in _traced(left, made.traces):
        yield trace, face, overlap


def _traced(
    faces: Sequence[Face], traces: Sequence[Face]
) -> Iterator[tuple[Face, Face | None, float]]:
    """Faces that one pipeline alone reports, with what the other has of them."""
    found = {i: (traces[j], o) for i, j, o in matched(_boxes(faces), _boxes(traces))}
    for i, face in enumerate(faces):
        trace, overlap = found.get(i, (None, 0.0))
        yield face, trace, overlap


def _boxes(faces: Sequence[Face]) -> NDArray[np.float64]:
    return np.array([face.box_xyxy for face in faces]).reshape(-1, 4)


def _both(scene: Scene) -> tuple[Scene, Scene]:
    threshold = step_of(scene.program, SelectCandidates).threshold
    return scene, lowered(scene, threshold - SLACK)


def _plainly(outputs: Outputs, scene: Scene) -> tuple[Face, ...]:
    least = step_of(scene.program, SelectCandidates).threshold
    most = step_of(scene.program, WeightedNms).iou_threshold
    names = step_of(scene.program, NamePoints).points
    sure = outputs["scores"][0] >= least
    scores = outputs["scores"][0][sure].astype(np.float64)
    boxes = outputs["boxes_xyxy"][0][sure].astype(np.float64)
    points = outputs["points_xy"][0][sure].astype(np.float64)
    found = []
    while scores.size:
        best = scores.argmax()
        near = iou(boxes[best], boxes) > most
        share = scores[near] / scores[near].sum()
        box = scene.placement.boxes_xyxy(share @ boxes[near])
        placed = scene.placement.points(np.tensordot(share, points[near], 1)).tolist()
        found.append(
            Face(
                box_xyxy=tuple(box.tolist()),
                score=float(scores[best]),
                points=dict(zip(names, map(tuple, placed), strict=True)),
            )
        )
        scores, boxes, points = scores[~near], boxes[~near], points[~near]
    return tuple(found)


class FaceBoxExam(WholePhoto):
    """Photos of people; a face that only one of two pipelines sees overlaps with nothing."""

    tags = ("portrait", "face", "group")
    metrics = (
        Metric(
            name="box_iou",
            title="overlap of the face boxes (intersection over union)",
            unit="",
            better="more",
            compare=box_iou,
        ),
        Metric(
            name="score_difference",
            title="difference of the score of a face",
            unit="",
            better="less",
            compare=score_difference,
        ),
    )

    def decode(self, outputs: Outputs, scene: Scene) -> Sightings:
        """Faces by weighted NMS."""
        reported, traces = (decode(outputs, each) for each in _both(scene))
        return Sightings(reported=reported.faces, traces=traces.faces)

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Sightings:
        """The same by arrays: the best candidate, and all that overlap it."""
        reported, traces = (_plainly(outputs, each) for each in _both(scene))
        return Sightings(reported=reported, traces=traces)

    def picture(self, rgb: Pixels, result: Sightings) -> Pixels:
        """Boxes, points, scores."""
        return draw_faces(rgb, Faces(faces=result.reported))
