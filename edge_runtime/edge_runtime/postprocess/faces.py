"""BlazeFace's boxes, points and scores to faces in the photo (arXiv 1907.05047)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.geometry import weighted_nms
from edge_runtime.results import Face, Faces

if TYPE_CHECKING:
    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import FaceDetection


def decode(outputs: Outputs, scene: Scene[FaceDetection]) -> Faces:
    """``boxes_xyxy`` [1, N, 4], ``points_xy`` [1, N, P, 2] and ``scores`` [1, N] to faces.

    Only anchors from the score threshold on are looked at; those that overlap melt into
    one face, weighted by score.
    """
    task = scene.task
    boxes, points, scores = (outputs[n][0] for n in ("boxes_xyxy", "points_xy", "scores"))
    likely = np.flatnonzero(scores >= task.score_threshold).tolist()
    rows = [boxes[i].tolist() + points[i].reshape(-1).tolist() for i in likely]
    found = weighted_nms(rows, [float(scores[i]) for i in likely], task.iou_threshold)
    return Faces(faces=tuple(_face(row, score, scene) for row, score in found))


def _face(row: list[float], score: float, scene: Scene[FaceDetection]) -> Face:
    """A row of x, y in turns: two corners (the input is upright, so they stay corners),
    then the points."""
    (x0, y0), (x1, y1), *points = map(scene.placement.pixel, row[::2], row[1::2])
    return Face(
        box_xyxy=(x0, y0, x1, y1),
        score=score,
        points=dict(zip(scene.task.points, points, strict=True)),
    )
