"""SSD's boxes and scores to objects in the photo (arXiv 1512.02325)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.geometry import nms
from edge_runtime.results import DetectedObject, Objects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import ObjectDetection

MOST_CANDIDATES = 1000
"""Of more than these only the best scores reach NMS, which is quadratic."""


def decode(outputs: Outputs, scene: Scene[ObjectDetection]) -> Objects:
    """``boxes_xyxy`` [1, N, 4] and ``scores`` [1, N, C] to at most ``most`` objects.

    NMS looks at each class by itself; boxes end at the photo's border.
    """
    task = scene.task
    anchors, classes, scores = _candidates(outputs["scores"][0], task.score_threshold)
    boxes = scene.placement.boxes_xyxy(outputs["boxes_xyxy"][0, anchors])
    kept = _nms_by_class(boxes, classes, scores, task.iou_threshold)[: task.most]
    inside = boxes[kept].clip(0, scene.size_wh * 2)
    return Objects(
        objects=tuple(
            DetectedObject(label=scene.labels[label], score=score, box_xyxy=tuple(box))
            for label, score, box in zip(
                classes[kept].tolist(), scores[kept].tolist(), inside.tolist(), strict=True
            )
        )
    )


def _candidates(
    scores: NDArray[np.float32], threshold: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Anchor, class and score of all from the threshold on, the best first."""
    flat = scores.reshape(-1)
    likely = np.flatnonzero(flat >= threshold)
    order = np.argsort(-flat[likely], kind="stable")[:MOST_CANDIDATES]
    anchors, classes = np.divmod(likely[order], scores.shape[1])
    return anchors, classes, flat[likely[order]]


def _nms_by_class(
    boxes_xyxy: NDArray[np.float64],
    classes: NDArray[np.intp],
    scores: NDArray[np.float32],
    iou_threshold: float,
) -> NDArray[np.intp]:
    """Indices to keep, the best score first."""
    kept = [np.zeros(0, dtype=np.intp)]
    for label in np.unique(classes):
        members = np.flatnonzero(classes == label)
        kept.append(members[nms(boxes_xyxy[members], scores[members], iou_threshold)])
    return np.sort(np.concatenate(kept))  # candidates come sorted by score
