from __future__ import annotations

import pytest

from edge_calibration.exams.face_boxes import FaceBoxExam, Sightings
from edge_runtime.results import Face


def faces(*found: tuple[float, float]) -> Sightings:
    """Faces of 10 px at some x, each with a score; from 0.5 on they are reported."""
    seen = [Face(box_xyxy=(x, 0, x + 10, 10), score=s, points={}) for x, s in found]
    return Sightings(
        reported=tuple(face for face in seen if face.score >= 0.5), traces=tuple(seen)
    )


@pytest.mark.parametrize(
    ("made", "wanted", "iou", "score"),
    [
        (faces((0, 0.9)), faces((0, 0.8)), 1.0, 0.1),
        (faces((5, 0.9)), faces((0, 0.9)), 1 / 3, 0.0),
        (faces((0, 0.9)), faces((0, 0.9), (50, 0.6)), 0.5, 0.0),
        (faces((0, 0.9), (50, 0.6)), faces((0, 0.9)), 0.5, 0.0),
        (faces(), faces((0, 0.9)), 0.0, None),
        (faces(), faces(), None, None),
        # Just below the threshold: the box has not moved, the score has.
        (faces((0, 0.45)), faces((0, 0.55)), 1.0, 0.1),
        (faces((0, 0.55)), faces((0, 0.45)), 1.0, 0.1),
        (faces((0, 0.45)), faces((0, 0.45)), None, None),
    ],
)
def test_faces_are_compared(
    made: Sightings, wanted: Sightings, iou: float | None, score: float | None
) -> None:
    overlap, scores = FaceBoxExam().metrics
    assert overlap.compare(made, wanted) == pytest.approx(iou)
    assert scores.compare(made, wanted) == pytest.approx(score)
