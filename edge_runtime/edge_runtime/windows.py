"""Overlapping windows of a photo, for a network whose input is smaller (``cut-windows``)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.errors import SpecError
from edge_runtime.geometry import Placement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.spec import SizeHW

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Stretch:
    """A window along one axis, in pixels of the photo: where it starts, and from where to
    where it is kept."""

    start: int
    first: int
    last: int

    def kept(self, scale: int) -> slice:
        """What is kept of what a network made of the window, ``scale`` times as large."""
        return slice(scale * (self.first - self.start), scale * (self.last - self.start))

    def place(self, scale: int) -> slice:
        """Where that lies in the whole picture."""
        return slice(scale * self.first, scale * self.last)


@dataclass(frozen=True)
class Window:
    """A window of a photo: its rows and its columns."""

    rows: Stretch
    columns: Stretch

    def placement(self, size_hw: SizeHW) -> Placement:
        """Where an input of that size lies in the photo; it may reach beyond its end."""
        (height, width), x, y = size_hw, self.columns.start, self.rows.start
        return Placement.region(x, y, x + width, y + height)


def stretches(have: int, want: int, margin: int) -> tuple[Stretch, ...]:
    """The windows of ``want`` pixels along an axis of ``have``: what they keep covers it.

    Raises ``SpecError`` where the margins leave nothing of a window.
    """
    if have <= want:
        return (Stretch(0, 0, have),)
    if want <= 2 * margin:
        raise SpecError(f"windows of {want} pixels need a margin below {want // 2}")
    count = -((2 * margin - have) // (want - 2 * margin))
    starts = [index * (have - want) // (count - 1) for index in range(count)]
    cuts = [0, *((before + want + after) // 2 for before, after in pairwise(starts)), have]
    return tuple(map(Stretch, starts, cuts, cuts[1:]))


def windows(photo_hw: SizeHW, size_hw: SizeHW, margin: int) -> tuple[Window, ...]:
    """Every window of a photo for an input of a size, row by row."""
    rows, columns = (
        stretches(have, want, margin) for have, want in zip(photo_hw, size_hw, strict=True)
    )
    return tuple(Window(row, column) for row in rows for column in columns)


def cut(rgb: Pixels, window: Window, size_hw: SizeHW) -> Pixels:
    """The pixels of a window [h, w, 3]; beyond the photo its last ones are repeated."""
    height, width = size_hw
    top, left = window.rows.start, window.columns.start
    part = rgb[top : top + height, left : left + width]
    below, right = height - part.shape[0], width - part.shape[1]
    if not (below or right):
        return np.ascontiguousarray(part)
    edge = cv2.copyMakeBorder(part, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return cast("Pixels", edge)
