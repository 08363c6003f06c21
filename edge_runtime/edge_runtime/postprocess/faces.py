"""Candidates to faces (BlazeFace, arXiv 1907.05047)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from edge_runtime.results import Face, Faces

if TYPE_CHECKING:
    from edge_runtime.contract import NamePoints
    from edge_runtime.postprocess import Scene
    from edge_runtime.postprocess.candidates import Candidates


def name_points(step: NamePoints, found: Candidates, scene: Scene) -> Faces:
    """``name-points``."""
    del scene
    pairs = zip(found.rows, found.scores, strict=True)
    return Faces(faces=tuple(_face(row, score, step.points) for row, score in pairs))


def _face(row: list[float], score: float, names: tuple[str, ...]) -> Face:
    x0, y0, x1, y1, *points = row
    pairs = list(pairwise(points))[::2]
    return Face(
        box_xyxy=(x0, y0, x1, y1),
        score=score,
        points=dict(zip(names, pairs, strict=True)),
    )
