"""Outlines of objects of which only the boxes are known.

A person's is drawn by the portrait segmenter, looking at that person alone; anything else's
by GrabCut (Rother, Kolmogorov and Blake, 2004), which tells the colours inside of a box from
those around it.  Either is then refined against the photo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import cv2
import numpy as np

from edge_runtime import matting

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Pixels = NDArray[np.uint8]

Box: TypeAlias = tuple[float, float, float, float]

_MARGIN = 0.25  # of the box's sides: what is seen around an object
_OVER = 0.06  # of its sides: how far a person may reach over the box
_SIDE = 256  # GrabCut's longer side in pixels: its time grows with the area
_ROUNDS = 3
_LEAST, _MOST = 0.08, 0.97  # shares of a box that an outline may fill, to be believed
_HOLE = 0.015  # of the object: smaller holes are none
_SPECK = 0.05  # of the largest part: smaller parts are not of the object


@dataclass(frozen=True)
class _Beginning:
    """What GrabCut is told: within the share ``probably`` of a box's ellipse is the object,
    within ``surely`` nothing else; what is outside of the box is not.  ``trust`` is how well
    the outline of another has to fit in order to be taken instead."""

    probably: float
    surely: float
    trust: float = 1.0


# The last one draws little itself: a blob for objects of the colours of what is around.
_BEGINNINGS = (
    _Beginning(2.0, 0.0),
    _Beginning(1.0, 0.0),
    _Beginning(1.0, 0.35),
    _Beginning(1.15, 0.8, trust=0.87),
)


@dataclass(frozen=True, kw_only=True)
class Window:
    """A part of a photo around a box: where it is, and the box inside of it."""

    rows: slice
    columns: slice
    box: tuple[int, int, int, int]

    def of(self, pixels: Pixels) -> Pixels:
        """That part of a photo or of a map of its size."""
        return np.ascontiguousarray(pixels[self.rows, self.columns])


def window_around(box_xyxy: Box, size_hw: tuple[int, int], margin: float = _MARGIN) -> Window:
    """The box and ``margin`` of its sides around it, as far as the photo goes."""
    height, width = size_hw
    x0, x1 = sorted(int(np.clip(round(x), 0, width)) for x in box_xyxy[::2])
    y0, y1 = sorted(int(np.clip(round(y), 0, height)) for y in box_xyxy[1::2])
    across, down = round((x1 - x0) * margin) + 2, round((y1 - y0) * margin) + 2
    left, top = max(0, x0 - across), max(0, y0 - down)
    return Window(
        rows=slice(top, min(height, y1 + down)),
        columns=slice(left, min(width, x1 + across)),
        box=(x0 - left, y0 - top, x1 - left, y1 - top),
    )


def object_alpha(rgb: Pixels, window: Window) -> Floats:
    """How much of each pixel of the window is the object: float32 [h, w] in 0..1."""
    part = window.of(rgb)
    return softened(part, _grabcut(part, window.box), max(part.shape) / _SIDE)


def person_alpha(
    rgb: Pixels, window: Window, portrait: Callable[[Pixels], Floats]
) -> Floats | None:
    """The same for a person; None where the segmenter sees none there.

    ``portrait`` gives a person's probability [h, w] at each pixel of a photo [h, w, 3].
    """
    part = window.of(rgb)
    inside = np.zeros(part.shape[:2], dtype=np.bool_)
    x0, y0, x1, y1 = window.box
    across, down = round((x1 - x0) * _OVER), round((y1 - y0) * _OVER)
    inside[max(0, y0 - down) : y1 + down, max(0, x0 - across) : x1 + across] = True
    probability = portrait(part)
    seen = _large_parts((probability >= 0.5) & inside)
    if seen.sum() < _LEAST * max(1, (x1 - x0) * (y1 - y0)):
        return None
    near = cv2.dilate(seen.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=8)
    return matting.refine(part, np.where((near > 0) & inside, probability, np.float32(0)))


def softened(rgb: Pixels, mask: NDArray[np.bool_], unsure: float = 1.0) -> Floats:
    """A yes or no mask as alpha: its edge, unsure by so many pixels, refined against the
    photo."""
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(1.0, unsure))
    return matting.refine(rgb, np.asarray(soft, np.float32))


def _grabcut(rgb: Pixels, box: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    """What is inside of a box, by its colours: bool [h, w].

    GrabCut goes where it begins, so it begins several times; an object reaches all sides of
    its box (Lempitsky et al., "Image Segmentation with a Bounding Box Prior", 2009), and the
    outline that does so best is taken.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    small_wh = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cast("Pixels", cv2.resize(rgb, small_wh, interpolation=cv2.INTER_AREA))
    far = _from_middle(small_wh, [value * scale for value in box])
    best, fit = np.isfinite(far), 0.0
    for begin in _BEGINNINGS:
        found = _divided(small, _start(far, begin))
        if _fit(found, np.isfinite(far)) * begin.trust > fit:
            best, fit = found, _fit(found, np.isfinite(far)) * begin.trust
    large = cv2.resize(best.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return large >= 0.5


def _from_middle(size_wh: tuple[int, int], box: list[float]) -> Floats:
    """How far each pixel is from the middle of the box, 1 on its ellipse; infinite outside
    of the box."""
    x0, y0, x1, y1 = box
    across, down = np.arange(size_wh[0]) + 0.5, np.arange(size_wh[1]) + 0.5
    right = (across - (x0 + x1) / 2) / (max(x1 - x0, 1) / 2)
    below = (down - (y0 + y1) / 2) / (max(y1 - y0, 1) / 2)
    far = np.hypot(right[None], below[:, None])
    inside = (np.abs(right) < 1)[None] & (np.abs(below) < 1)[:, None]
    return np.where(inside, far, np.inf).astype(np.float32)


def _start(far: Floats, begin: _Beginning) -> Pixels:
    start = np.full(far.shape, cv2.GC_PR_BGD, dtype=np.uint8)
    start[far < begin.probably] = cv2.GC_PR_FGD
    start[far < begin.surely] = cv2.GC_FGD
    start[np.isinf(far)] = cv2.GC_BGD
    return start


def _divided(rgb: Pixels, start: Pixels) -> NDArray[np.bool_]:
    front: NDArray[np.bool_] = (start == cv2.GC_FGD) | (start == cv2.GC_PR_FGD)
    if front.all() or not front.any():  # nothing to tell apart
        return front
    cv2.setRNGSeed(0)  # its clustering draws lots
    labels, models = start.copy(), np.zeros((2, 1, 65))
    unused = (0, 0, 1, 1)
    cv2.grabCut(rgb, labels, unused, models[0], models[1], _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return _whole((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def _fit(found: NDArray[np.bool_], box: NDArray[np.bool_]) -> float:
    """How well an outline fits its box, 0..1: the share of the box that the outline's own
    box covers; less where it fills hardly any of it, or all."""
    rows, columns = found.any(axis=1), found.any(axis=0)
    reached = (rows.sum() * columns.sum()) / max(1, box.sum())
    share = found.sum() / max(1, box.sum())
    believed = _LEAST < share < _MOST
    return float(reached if believed else reached * 0.25)


def _whole(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without specks and without small holes."""
    parts = _large_parts(mask)
    return ~_large_parts(~parts, least=_HOLE * parts.sum())


def _large_parts(mask: NDArray[np.bool_], least: float | None = None) -> NDArray[np.bool_]:
    """The parts of a mask of at least that many pixels, else those that are not specks
    beside the largest."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    areas = stats[1:, cv2.CC_STAT_AREA]
    keep = np.flatnonzero(areas >= (_SPECK * areas.max() if least is None else least)) + 1
    return np.isin(labels, keep)
