"""Where art sits on a head: its pose from landmarks, and the pixel of each of its points.

The pose is the similarity that takes the mean face to the landmarks with the least squared
distance (Umeyama, "Least-squares estimation of transformation parameters between two point
patterns", 1991), of the points that no expression moves.  Landmarks have depths in the scale
of their x, so that the camera may be taken to be far away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.filters.canonical import FACE, INDICES, SPOTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

_MIDDLE = FACE.mean(axis=0)
_CENTRED = FACE - _MIDDLE
_SPREAD = float((_CENTRED**2).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Pose:
    """How a head is held: a point p of the mean face is at ``scale * rotation @ p + origin``.

    ``scale``: pixels between the middles of the eyes, were they seen from the front;
    ``rotation``: float64 [3, 3]; ``origin``: float64 [3], in pixels.
    """

    scale: float
    rotation: Points
    origin: Points

    @property
    def yaw(self) -> float:
        """Degrees by which the head looks to the left of the picture (negative: right)."""
        return math.degrees(math.atan2(self.rotation[0, 2], self.rotation[2, 2]))

    @property
    def roll(self) -> float:
        """Degrees by which the head leans, clockwise in the picture."""
        return math.degrees(math.atan2(self.rotation[1, 0], self.rotation[0, 0]))

    @property
    def pitch(self) -> float:
        """Degrees by which the head looks down (negative: up)."""
        return math.degrees(math.asin(float(np.clip(-self.rotation[1, 2], -1, 1))))


def pose_of(landmarks: NDArray[np.float32]) -> Pose:
    """The pose of a face with landmarks float32 [468, 3] in pixels."""
    seen = landmarks[INDICES].astype(np.float64)
    middle = seen.mean(axis=0)
    left, stretch, right = np.linalg.svd((seen - middle).T @ _CENTRED)
    if np.linalg.det(left @ right) < 0:  # a mirrored face is none
        left[:, 2] *= -1
        stretch[2] *= -1
    rotation = left @ right
    scale = float(stretch.sum()) / _SPREAD
    return Pose(scale=scale, rotation=rotation, origin=middle - scale * rotation @ _MIDDLE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Anchor:
    """Takes points of art to pixels: ``at`` is where its origin is, float64 [2]; ``axes``
    float64 [2, 3] are its x, y and z in pixels; ``away`` float64 [3] is the direction of the
    camera's z in the art's own axes."""

    at: Points
    axes: Points
    away: Points

    def pixels(self, points_xyz: Points) -> Points:
        """Pixels [n, 2] of points [n, 3] of art."""
        return points_xyz @ self.axes.T + self.at

    @cached_property
    def scale(self) -> float:
        """Pixels to one unit of the art, were it seen from the front."""
        return float(np.linalg.norm(self.axes)) / math.sqrt(2)

    def rounded(self, depth: float) -> Anchor:
        """For art that looks the same from all around, as a hat does: upright on the head,
        ``depth`` units behind, and never narrower."""
        up = self.axes[:, 1]
        length = float(np.linalg.norm(up))
        if length < 1e-6:  # seen from above
            return self
        across = np.array([up[1], -up[0]]) * (self.scale / length)
        axes = np.stack([across, up, np.zeros(2)], axis=-1)
        at = self.pixels(np.array([[0.0, 0.0, depth]]))[0]
        return Anchor(at=at, axes=axes, away=np.array([0.0, 0.0, 1.0]))

    def mirrored(self) -> Anchor:
        """The same place with the art's x turned round."""
        flip = np.array([-1.0, 1.0, 1.0])
        return Anchor(at=self.at, axes=self.axes * flip, away=self.away * flip)

    def scaled(self, factor: float) -> Anchor:
        """The same place with larger art."""
        return Anchor(at=self.at, axes=self.axes * factor, away=self.away)


def face_anchor(landmarks: NDArray[np.float32], spot: str, pose: Pose | None = None) -> Anchor:
    """The anchor on a spot (``eyes``, ``forehead``, ...) of a face, by its own landmarks, so
    that a long nose gets its moustache lower; ``pose`` where it is known already."""
    pose = pose or pose_of(landmarks)
    at = landmarks[list(SPOTS[spot]), :2].mean(axis=0).astype(np.float64)
    return Anchor(at=at, axes=pose.scale * pose.rotation[:2], away=pose.rotation[2])


def flat_anchor(at: tuple[float, float], size: float, degrees: float = 0.0) -> Anchor:
    """The anchor of art that is on no face: one unit is ``size`` pixels, turned clockwise."""
    along, across = (
        size * math.cos(math.radians(degrees)),
        size * math.sin(math.radians(degrees)),
    )
    axes = np.array([[along, -across, 0.0], [across, along, 0.0]])
    return Anchor(at=np.array(at, np.float64), axes=axes, away=np.array([0.0, 0.0, 1.0]))
