"""Where the model's input lies in the photo, and which boxes are kept: pure numpy.

Photo coordinates are pixels, x to the right, y down, from the top left corner of the top
left pixel; a model's are (u, v) in 0..1 of its input in the same directions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_runtime.contract import Resize
    from edge_runtime.spec import SizeHW

Rect: TypeAlias = tuple[int, int, int, int]
"""x, y, width, height in whole pixels."""


@dataclass(frozen=True, eq=False)
class Placement:
    """Takes what a model says in 0..1 of its input to pixels of the photo.

    ``matrix``: float64 [2, 3]; the pixel is ``matrix @ (u, v, 1)``.
    """

    matrix: NDArray[np.float64]

    @classmethod
    def region(cls, x0: float, y0: float, x1: float, y1: float) -> Placement:
        """The input is the upright rectangle from (x0, y0) to (x1, y1) of the photo, of
        which parts may lie outside."""
        return cls(np.array([[x1 - x0, 0.0, x0], [0.0, y1 - y0, y0]]))

    @classmethod
    def square(cls, centre_xy: tuple[float, float], side: float, angle: float) -> Placement:
        """The input is a square of the photo whose upper edge points ``angle`` radians
        (clockwise, as y runs down) away from the x axis."""
        across, down = side * math.cos(angle), side * math.sin(angle)
        x, y = centre_xy
        return cls(
            np.array(
                [
                    [across, -down, x - (across - down) / 2],
                    [down, across, y - (across + down) / 2],
                ]
            )
        )

    @property
    def side(self) -> float:
        """The width of the input in pixels of the photo."""
        return math.hypot(self.matrix[0, 0], self.matrix[1, 0])

    def points(self, uv: NDArray[np.floating]) -> NDArray[np.float64]:
        """Pixels [..., 2] of points [..., 2] in 0..1."""
        u, v = uv[..., 0], uv[..., 1]
        xy = np.empty(uv.shape)  # written out: for few points a matrix product takes longer
        for axis, (by_u, by_v, start) in enumerate(self.matrix.tolist()):
            xy[..., axis] = u * by_u + v * by_v + start
        return xy

    def pixel(self, u: float, v: float) -> tuple[float, float]:
        """The pixel of one point in 0..1."""
        (a, b, x), (d, e, y) = self.matrix.tolist()
        return a * u + b * v + x, d * u + e * v + y

    def boxes_xyxy(self, boxes_xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
        """Upright boxes in pixels [..., 4] of boxes in 0..1 [..., 4]; from a turned input
        comes the smallest upright box that holds the turned one."""
        corners = self.points(boxes_xyxy[..., [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2))
        ends: NDArray[np.float64] = np.hstack([corners.min(axis=1), corners.max(axis=1)])
        return ends.reshape(boxes_xyxy.shape)

    def inverse_points(self, xy: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points in 0..1 [..., 2] of pixels [..., 2]."""
        uv: NDArray[np.float64] = (xy - self.matrix[:, 2]) @ np.linalg.inv(self.matrix[:, :2]).T
        return uv


@dataclass(frozen=True, eq=False)
class Plan:
    """How a photo is brought to the size of an input: ``source`` of the photo is halved
    ``halvings`` times by 2x2 means, then resized onto ``target`` of the input."""

    source: Rect
    halvings: int
    target: Rect
    placement: Placement


@lru_cache(maxsize=64)
def plan(size_wh: tuple[int, int], size_hw: SizeHW, resize: Resize) -> Plan:
    """The step ``resize`` as whole rectangles, for a photo of ``size_wh``.

    A row or column that an odd size leaves over when it is halved is left out at the
    bottom or right; the placement knows.
    """
    source, target = _rectangles(size_wh, size_hw, resize)
    halvings = _halvings(source[2:], target[2:], resize.halve_from)
    x, y = source[:2]
    width, height = ((side >> halvings) << halvings for side in source[2:])
    scale_x, scale_y = width / target[2], height / target[3]
    left, top = x - target[0] * scale_x, y - target[1] * scale_y
    placement = Placement.region(
        left, top, left + size_hw[1] * scale_x, top + size_hw[0] * scale_y
    )
    return Plan((x, y, width, height), halvings, target, placement)


def _rectangles(size_wh: tuple[int, int], size_hw: SizeHW, resize: Resize) -> tuple[Rect, Rect]:
    (width, height), (high, wide) = size_wh, size_hw
    whole, everything = (0, 0, width, height), (0, 0, wide, high)
    if resize.fit == "letterbox":
        return whole, _centred((wide, high), (width, height))
    if resize.fit == "crop":
        return _centred((width, height), (wide, high)), everything
    return whole, everything


def _centred(frame_wh: tuple[int, int], shape_wh: tuple[int, int]) -> Rect:
    """The largest centred rectangle inside ``frame_wh`` of the proportions ``shape_wh``."""
    scale = min(frame_wh[0] / shape_wh[0], frame_wh[1] / shape_wh[1])
    width, height = (
        min(frame, max(1, math.floor(shape * scale + 0.5)))
        for frame, shape in zip(frame_wh, shape_wh, strict=True)
    )
    return (frame_wh[0] - width) // 2, (frame_wh[1] - height) // 2, width, height


def _halvings(source_wh: tuple[int, ...], target_wh: tuple[int, ...], halve_from: int) -> int:
    ratio = min(s // (halve_from * t) for s, t in zip(source_wh, target_wh, strict=True))
    return max(0, ratio).bit_length()


def square_around(
    box_xyxy: tuple[float, float, float, float], scale: float, angle: float = 0.0
) -> Placement:
    """A square around a box's centre, its side ``scale`` times the longer of the box's."""
    x0, y0, x1, y1 = box_xyxy
    return Placement.square(
        ((x0 + x1) / 2, (y0 + y1) / 2), scale * max(x1 - x0, y1 - y0), angle
    )


def slope(from_xy: tuple[float, float], to_xy: tuple[float, float]) -> float:
    """The angle of a line in radians: 0 where it runs to the right, clockwise."""
    return math.atan2(to_xy[1] - from_xy[1], to_xy[0] - from_xy[0])


def iou(
    box_xyxy: NDArray[np.floating], boxes_xyxy: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Intersection over union of one box [4] with each of some [N, 4]; 0 where both are
    empty."""
    sides = np.minimum(box_xyxy[2:], boxes_xyxy[:, 2:]) - np.maximum(
        box_xyxy[:2], boxes_xyxy[:, :2]
    )
    shared = np.maximum(sides[:, 0], 0) * np.maximum(sides[:, 1], 0)
    union = _areas(box_xyxy[np.newaxis]) + _areas(boxes_xyxy) - shared
    overlap = np.zeros(len(boxes_xyxy))
    np.divide(shared, union, out=overlap, where=union > 0)
    return overlap


def _areas(boxes_xyxy: NDArray[np.floating]) -> NDArray[np.floating]:
    sides = np.maximum(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0)
    areas: NDArray[np.floating] = sides[:, 0] * sides[:, 1]
    return areas


def nms(
    boxes_xyxy: NDArray[np.floating], scores: NDArray[np.floating], iou_threshold: float
) -> NDArray[np.intp]:
    """Indices of the boxes to keep, the best score first: of those that overlap by more
    than the threshold only the best stays."""
    order = np.argsort(-scores, kind="stable")
    kept = []
    while order.size:
        kept.append(order[0])
        overlap = iou(boxes_xyxy[order[0]], boxes_xyxy[order[1:]])
        order = order[1:][overlap <= iou_threshold]
    return np.array(kept, dtype=np.intp)


def weighted_nms(
    rows: Sequence[list[float]], scores: Sequence[float], iou_threshold: float
) -> list[tuple[list[float], float]]:
    """Boxes that overlap by more than the threshold melt into one, weighted by score.

    Each row is a box xyxy and whatever moves with it (points).  Returns the mean and the
    best score of each cluster, the best first; a mean steadies a box more than picking
    one does (BlazeFace, arXiv 1907.05047, section 3.4).

    Plain floats, because a face has about five candidates: thirty calls of numpy take
    0.2 ms where a network has just been through the caches, this takes 0.05.
    """
    waiting = sorted(range(len(rows)), key=scores.__getitem__, reverse=True)
    found = []
    while waiting:
        first, *others = waiting
        near = dict.fromkeys(
            i for i in others if _overlap(rows[first], rows[i]) > iou_threshold
        )
        found.append((_mean([first, *near], rows, scores), scores[first]))
        waiting = [i for i in others if i not in near]
    return found


def _overlap(one: list[float], other: list[float]) -> float:
    """Intersection over union of two rows that begin with a box xyxy."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    shared = wide * high
    both = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return shared / (both - shared)


def _mean(
    members: list[int], rows: Sequence[list[float]], scores: Sequence[float]
) -> list[float]:
    shares = [scores[i] for i in members]
    total = sum(shares)
    columns = zip(*(rows[i] for i in members), strict=True)
    return [sum(map(mul, shares, column)) / total for column in columns]
