"""A face looked at a second time, from close by: a detector now and then takes an arm or a ball
for a face, and the mesh, which is made to see one, agrees.

Seen in a square of its own the detector sees a face much better and a ball no better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.contract import FindFaces, KeepPresent, Run
from edge_runtime.geometry import iou
from edge_runtime.program import execute
from edge_runtime.spec import FaceDetection, FaceLandmarks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.pipeline import Lens
    from edge_runtime.results import Face

    Pixels = NDArray[np.uint8]

MESH = "face-landmarks"
SIDE = 1.5
"""The side of the square, in units of the box's longer one."""

SURE_AT_ONCE = 0.85
"""The detector's score from which nobody looks again."""

SURE_SCORE = 0.7
SURE_PRESENCE = 0.98
SAME = 0.25
"""Intersection over union from which a face in the square is the one that is meant."""


@dataclass(frozen=True, kw_only=True)
class CloseUp:
    """What was seen from close by: the detector's ``score`` and the mesh's ``presence``, both
    0..1, and both 0 where nothing was found at that place."""

    score: float = 0.0
    presence: float = 0.0

    @property
    def is_face(self) -> bool:
        """Whether either of the two is sure."""
        return self.score >= SURE_SCORE or self.presence >= SURE_PRESENCE


def is_face(lens: Lens, rgb: Pixels, face: Face) -> bool:
    """Whether what was found in a photo uint8 [H, W, 3] is a face: one of which the detector
    was ``SURE_AT_ONCE``, or that is one from close by as well.

    The table of ``edge_runtime/bench/doubtful_faces.py`` says how far true faces and others
    lie from what is asked for.  Raises as ``Lens.predictor`` does.
    """
    return face.score >= SURE_AT_ONCE or close_up(lens, rgb, face).is_face


def close_up(lens: Lens, rgb: Pixels, face: Face) -> CloseUp:
    """A face of a photo uint8 [H, W, 3], looked for again in the square around it."""
    mesh = lens.predictor(MESH, FaceLandmarks)
    detector = lens.helper(mesh.step(FindFaces).model, FaceDetection)
    pixels, (left, top) = square(rgb, face)
    x0, y0, x1, y1 = face.box_xyxy
    box = np.array([x0 - left, y0 - top, x1 - left, y1 - top])
    found = detector.predict(pixels).value.faces
    if not found:
        return CloseUp()
    overlaps = iou(box, np.array([one.box_xyxy for one in found]))
    same = int(overlaps.argmax())
    if overlaps[same] < SAME:
        return CloseUp()
    stages = execute(mesh.spec.program, mesh.view(pixels, face=found[same]))
    outputs = next(value for step, value in stages if isinstance(step, Run))
    presence = outputs[mesh.step(KeepPresent).output][0, 0]
    return CloseUp(score=found[same].score, presence=float(presence))


def square(rgb: Pixels, face: Face) -> tuple[Pixels, tuple[int, int]]:
    """The square around a face, uint8 [side, side, 3], and where in the photo it begins (x, y);
    beyond the photo its edge is repeated."""
    x0, y0, x1, y1 = face.box_xyxy
    side = max(1, math.floor(SIDE * max(x1 - x0, y1 - y0) + 0.5))
    left = math.floor((x0 + x1 - side) / 2 + 0.5)
    top = math.floor((y0 + y1 - side) / 2 + 0.5)
    height, width = rgb.shape[:2]
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    pixels: Pixels = rgb[rows[:, np.newaxis], columns]
    return pixels, (left, top)
