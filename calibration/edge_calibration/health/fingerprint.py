"""What tells a photo from another, whatever its size, its JPEG quality or its light.

A fingerprint holds coarse pictures of many windows of a photo: the fingerprint of a crop
is like that of the window which was cut out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Floats: TypeAlias = NDArray[np.float32]

SIDE = 160
"""Of the square that every photo is brought to, in pixels."""
CELLS = 8
"""Across a coarse picture, and down."""
STEP = 10
"""Windows begin at multiples of 1/STEP of the photo, and their sides are multiples too."""
SMALLEST = 5
"""The least side of a window, in steps: a crop down to half of each side is found."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fingerprint:
    """``small``: the photo as uint8 [SIDE, SIDE, 3]; ``views``: float32 [windows, CELLS²],
    the brightness in the cells of each window, of mean 0 and length 1; the first window is
    the whole photo."""

    small: Pixels
    views: Floats

    @property
    def whole(self) -> Floats:
        """The view of the whole photo."""
        whole: Floats = self.views[0]
        return whole

    @property
    def mirrored(self) -> Floats:
        """The view of the whole mirror image."""
        return np.ascontiguousarray(self.whole.reshape(CELLS, CELLS)[:, ::-1]).ravel()


def fingerprint(rgb: Pixels) -> Fingerprint:
    """Of a photo, uint8 RGB [H, W, 3]."""
    small = np.asarray(cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    sums = np.zeros((SIDE + 1, SIDE + 1))
    sums[1:, 1:] = (small @ _LUMA).cumsum(axis=0).cumsum(axis=1)
    across, down = _edges(0), _edges(1)
    at = sums[down[:, :, np.newaxis], across[:, np.newaxis, :]]
    totals = np.diff(np.diff(at, axis=1), axis=2)
    areas = np.diff(down)[:, :, np.newaxis] * np.diff(across)[:, np.newaxis, :]
    views = (totals / areas).reshape(len(totals), -1)
    views -= views.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(views, axis=1, keepdims=True)
    return Fingerprint(small=small, views=(views / np.maximum(lengths, 1)).astype(np.float32))


@cache
def windows() -> NDArray[np.float64]:
    """The windows as shares of the photo, [windows, (x0, y0, x1, y1)], the whole first."""
    sides = range(STEP, SMALLEST - 1, -1)
    rows = [
        (x, y, x + w, y + h)
        for w, h in product(sides, sides)
        for x, y in product(range(STEP - w + 1), range(STEP - h + 1))
    ]
    return np.array(rows) / STEP


def _edges(axis: int) -> NDArray[np.int64]:
    """Where the cells of each window begin and end, in pixels of the square."""
    start, end = windows()[:, axis, np.newaxis], windows()[:, axis + 2, np.newaxis]
    shares = start + (end - start) * np.arange(CELLS + 1) / CELLS
    return np.rint(shares * SIDE).astype(np.int64)
