"""A face's mesh that does not tremble: how it lies and what shape it has, steadied apart.

The pose is found from all points at once (Umeyama, "Least-squares estimation of
transformation parameters", 1991), so it is far less noisy than one point is and may follow
quickly; the shape hardly changes when the head moves and may be steadied strongly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.video.one_euro import OneEuro, Steadiness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

_POSE = Steadiness(rest_hz=0.5, per_speed=40.0, speed_hz=2.0)
_SHAPE = Steadiness(rest_hz=1.0, per_speed=15.0, speed_hz=1.5)


class FaceSmoother:
    """Smooths meshes float32 [N, 3] of one face, in pixels, at growing times in seconds."""

    def __init__(self, pose: Steadiness = _POSE, shape: Steadiness = _SHAPE) -> None:
        self._place, self._turn, self._shape = OneEuro(pose), OneEuro(pose), OneEuro(shape)
        self._like: Floats | None = None
        self._angle: float | None = None

    def smooth(self, landmarks: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
        """The mesh, steadied."""
        points = landmarks.astype(np.float64)
        if self._like is None:
            size = np.sqrt(points[:, :2].var(axis=0).sum())
            self._like = (points - points.mean(axis=0)) / size
        turn, centre = _pose_of(self._like[:, :2], points[:, :2])
        size = float(np.hypot(*turn))
        shape = np.column_stack(
            [_turned(points[:, :2] - centre, turn, back=True), points[:, 2] / size]
        )
        self._like = shape = self._shape.smooth(shape, seconds)
        place = self._place.smooth(centre, seconds, size)
        turn = self._steady_turn(turn, seconds)
        depth = shape[:, 2] * float(np.hypot(*turn))
        return np.column_stack([_turned(shape[:, :2], turn) + place, depth]).astype(np.float32)

    def _steady_turn(self, turn: Floats, seconds: float) -> Floats:
        """Angle and logarithm of the size, which are moves of about as many pixels."""
        angle = np.arctan2(turn[1], turn[0])
        if self._angle is not None:  # never the long way round
            angle = self._angle + (angle - self._angle + np.pi) % (2 * np.pi) - np.pi
        self._angle = angle
        both = np.array([angle, np.log(np.hypot(*turn))])
        angle, size = self._turn.smooth(both, seconds)
        made: Floats = np.exp(size) * np.array([np.cos(angle), np.sin(angle)])
        return made


def _pose_of(shape: Floats, points: Floats) -> tuple[Floats, Floats]:
    """The turn, as scale times (cos, sin), and the place [2] that bring a shape [N, 2], whose
    mean is 0, nearest to points [N, 2]."""
    middle = shape.mean(axis=0)
    around, centre = shape - middle, points.mean(axis=0)
    away = points - centre
    total = (around**2).sum()
    cos = (around * away).sum() / total
    sin = (around[:, 0] * away[:, 1] - around[:, 1] * away[:, 0]).sum() / total
    turn = np.array([cos, sin])
    return turn, centre - _turned(middle, turn)


def _turned(points: Floats, turn: Floats, *, back: bool = False) -> Floats:
    """Points [..., 2] turned and scaled, or the way back."""
    cos, sin = turn
    if back:
        total = cos * cos + sin * sin
        cos, sin = cos / total, -sin / total
    x, y = points[..., 0], points[..., 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)
