"""Candidates to objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_runtime.results import DetectedObject, Objects

if TYPE_CHECKING:
    from edge_runtime.contract import LabelBoxes
    from edge_runtime.postprocess import Scene
    from edge_runtime.postprocess.candidates import Candidates


def label_boxes(step: LabelBoxes, found: Candidates, scene: Scene) -> Objects:
    """``label-boxes``."""
    del step
    return Objects(
        objects=tuple(
            DetectedObject(
                label=scene.labels[label],
                score=score,
                box_xyxy=(row[0], row[1], row[2], row[3]),
            )
            for row, score, label in zip(found.rows, found.scores, found.classes, strict=True)
        )
    )
