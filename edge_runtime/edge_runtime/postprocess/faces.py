"""BlazeFace's boxes, points and scores to faces in the photo (arXiv 1907.05047)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.geometry import weighted_nms
from edge_runtime.results import Face, Faces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import FaceDetection


def decode(outputs: Outputs, scene: Scene[FaceDetection]) -> Faces:
    """``boxes_xyxy`` [1, N, 4], ``points_xy`` [1, N, P, 2] and ``scores`` [1, N] to faces.

    Only anchors from the score threshold on are looked at; those that overlap melt into
    one face, weighted by score.
    """
    task = scene.task
    scores = outputs["scores"][0]
    likely = np.flatnonzero(scores >= task.score_threshold)
    if not likely.size:
        return Faces(faces=())
    boxes = outputs["boxes_xyxy"][0, likely]
    points = outputs["points_xy"][0, likely].reshape(len(likely), -1)
    shapes, best = weighted_nms(
        np.concatenate([boxes, points], axis=1), scores[likely], task.iou_threshold
    )
    # A box is two points more: the input is upright, so corners stay corners.
    pixels = scene.placement.points(shapes.reshape(len(best), -1, 2))
    return Faces(
        faces=tuple(
            _face(xy, score, task.points)
            for xy, score in zip(pixels, best.tolist(), strict=True)
        )
    )


def _face(xy: NDArray[np.float64], score: float, names: tuple[str, ...]) -> Face:
    (x0, y0), (x1, y1), *points = xy.tolist()
    return Face(
        box_xyxy=(x0, y0, x1, y1),
        score=score,
        points={name: (x, y) for name, (x, y) in zip(names, points, strict=True)},
    )
