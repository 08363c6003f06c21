"""Where a face's mesh lies: the square that holds it, and the points that a detector gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Box: TypeAlias = tuple[float, float, float, float]

# Points of the mesh whose mean is what the detector calls by that name (the person's right).
NAMED: Mapping[str, tuple[int, ...]] = {
    "right_eye": (33, 133, 159, 145),
    "left_eye": (362, 263, 386, 374),
    "nose_tip": (1,),
    "mouth": (13, 14),
    "right_ear": (234,),
    "left_ear": (454,),
}
_POINTS = 468
# The means as one product of matrices: each by itself, several times a frame, is slow.
_MEANS = np.array([np.isin(range(_POINTS), which) / len(which) for which in NAMED.values()])
_EYES = _MEANS[[*NAMED].index("left_eye")] - _MEANS[[*NAMED].index("right_eye")]


@dataclass(frozen=True, kw_only=True)
class Pose:
    """A square around a mesh: its centre and side in pixels, and how far it is turned,
    in radians, clockwise."""

    x: float
    y: float
    side: float
    angle: float

    @property
    def box_xyxy(self) -> Box:
        """The square, as if it stood upright: what ``crop-square`` turns and enlarges."""
        half = self.side / 2
        return self.x - half, self.y - half, self.x + half, self.y + half


def pose_of(landmarks: NDArray[np.floating]) -> Pose:
    """The smallest square, level with the eyes, that holds a mesh [468, 3]."""
    points = landmarks[:, :2].astype(np.float64)
    along_x, along_y = _EYES @ points
    angle = math.atan2(along_y, along_x)
    cos, sin = math.cos(angle), math.sin(angle)
    across, down = points @ (cos, sin), points @ (-sin, cos)
    middle, lower = (across.min() + across.max()) / 2, (down.min() + down.max()) / 2
    return Pose(
        x=float(middle * cos - lower * sin),
        y=float(middle * sin + lower * cos),
        side=float(max(np.ptp(across), np.ptp(down))),
        angle=angle,
    )


def named_points(landmarks: NDArray[np.floating]) -> dict[str, tuple[float, float]]:
    """The six points of a detector, from a mesh."""
    means = (_MEANS @ landmarks[:, :2].astype(np.float64)).tolist()
    return {name: (x, y) for name, (x, y) in zip(NAMED, means, strict=True)}


def box_within(pose: Pose, box_xyxy: Box) -> Box:
    """A box in units of a pose's side from its centre, upright."""
    x0, y0, x1, y1 = box_xyxy
    return (
        (x0 - pose.x) / pose.side,
        (y0 - pose.y) / pose.side,
        (x1 - pose.x) / pose.side,
        (y1 - pose.y) / pose.side,
    )


def box_beside(pose: Pose, within: Box) -> Box:
    """What :func:`box_within` undoes, for another pose of the same face."""
    x0, y0, x1, y1 = (part * pose.side for part in within)
    return x0 + pose.x, y0 + pose.y, x1 + pose.x, y1 + pose.y
