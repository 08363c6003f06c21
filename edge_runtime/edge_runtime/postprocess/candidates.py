"""Boxes that a detector proposes: which are kept, and where they lie in the photo.

Plain floats, because a photo has a few of them: thirty calls of numpy take 0.2 ms where a
network has just been through the caches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.geometry import nms, weighted_nms

if TYPE_CHECKING:
    from edge_runtime.contract import ClipBoxes, MapBoxes, Nms, SelectCandidates, WeightedNms
    from edge_runtime.postprocess import Outputs, Scene


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Boxes, the best score first.

    Each of ``rows`` is x0, y0, x1, y1 and then x, y of each point, in 0..1 of the input or,
    once they are mapped, in pixels of the photo; ``classes`` are indices of labels.
    """

    rows: list[list[float]]
    scores: list[float]
    classes: list[int]


def select(step: SelectCandidates, outputs: Outputs, scene: Scene) -> Candidates:
    """``select-candidates``."""
    del scene
    scores = outputs[step.scores][0]
    flat = scores.reshape(-1)
    likely = np.flatnonzero(flat >= step.threshold)
    if likely.size > 1:
        likely = likely[np.argsort(-flat[likely], kind="stable")][: step.most or None]
    anchors, classes = np.divmod(likely, flat.size // len(scores))
    rows = outputs[step.boxes][0, anchors]
    if step.points:
        points = outputs[step.points][0]
        rows = np.concatenate([rows, points.reshape(len(points), -1)[anchors]], axis=1)
    return Candidates(
        rows=rows.tolist(), scores=flat[likely].tolist(), classes=classes.tolist()
    )


def melt(step: WeightedNms, found: Candidates, scene: Scene) -> Candidates:
    """``weighted-nms``."""
    del scene
    melted = weighted_nms(found.rows, found.scores, step.iou_threshold)
    rows, scores = [row for row, _ in melted], [score for _, score in melted]
    return Candidates(rows=rows, scores=scores, classes=[0] * len(rows))


def suppress(step: Nms, found: Candidates, scene: Scene) -> Candidates:
    """``nms``."""
    del scene
    boxes = np.array([row[:4] for row in found.rows])
    scores, classes = np.array(found.scores), np.array(found.classes)
    kept: list[int] = []
    for label in dict.fromkeys(found.classes):
        members = np.flatnonzero(classes == label)
        kept += members[nms(boxes[members], scores[members], step.iou_threshold)].tolist()
    kept = sorted(kept)[: step.most]  # candidates come sorted by score
    return Candidates(
        rows=[found.rows[i] for i in kept],
        scores=[found.scores[i] for i in kept],
        classes=[found.classes[i] for i in kept],
    )


def to_photo(step: MapBoxes, found: Candidates, scene: Scene) -> Candidates:
    """``map-boxes``."""
    del step
    pixel = scene.placement.pixel
    return replace(
        found,
        rows=[list(chain.from_iterable(map(pixel, row[::2], row[1::2]))) for row in found.rows],
    )


def clip(step: ClipBoxes, found: Candidates, scene: Scene) -> Candidates:
    """``clip-boxes``."""
    del step
    ends = [float(side) for side in scene.size_wh * 2]
    return replace(
        found,
        rows=[
            [min(max(at, 0.0), end) for at, end in zip(row, ends, strict=False)] + row[4:]
            for row in found.rows
        ],
    )
