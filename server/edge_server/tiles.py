"""A picture in overlapping pieces, so that memory does not grow with the picture.

Every piece has the same size (shapes that repeat are fast) and lies wholly inside the
picture: nothing is padded.  Near a piece's end a network misses what lies beyond, so that
part, the margin, is left to the neighbour, and where one takes over from the other they are
blended: what they still differ by is no edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Stretch:
    """Along one axis, in pixels: what is ``seen`` and what of it is ``kept``, each a start
    and an end; the first ``ramp`` of what is kept fade in over the piece before."""

    seen: tuple[int, int]
    kept: tuple[int, int]
    ramp: int


@dataclass(frozen=True, kw_only=True)
class Grid:
    """How a picture is cut: into pieces of at most ``window`` x ``window`` pixels.  Two
    neighbours meet at least ``margin`` pixels from their ends, and are blended over
    ``blend`` pixels (at most ``margin``) on each side of that."""

    window: int
    margin: int
    blend: int = 0

    def stretches(self, length: int) -> tuple[Stretch, ...]:
        """The pieces along an axis, in order: what they keep covers it without gaps."""
        if length <= self.window:
            return (Stretch((0, length), (0, length), 0),)
        step = self.window - 2 * self.margin
        count = -(-(length - 2 * self.margin) // step)
        starts = [index * (length - self.window) // (count - 1) for index in range(count)]
        cuts = [(before + self.window + after) // 2 for before, after in pairwise(starts)]
        firsts = [0, *(cut - self.blend for cut in cuts)]
        lasts = [*(cut + self.blend for cut in cuts), length]
        return tuple(
            Stretch((start, start + self.window), (first, last), 2 * self.blend * (first > 0))
            for start, first, last in zip(starts, firsts, lasts, strict=True)
        )

    def pieces(self, size_hw: tuple[int, int]) -> tuple[tuple[Stretch, Stretch], ...]:
        """Every piece of a picture as its (rows, columns), from the top left."""
        height, width = size_hw
        columns = self.stretches(width)
        return tuple((rows, one) for rows in self.stretches(height) for one in columns)


def enlarge(
    picture: NDArray[np.uint8],
    scale: int,
    grid: Grid,
    each: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
    after: Callable[[float], None],
) -> NDArray[np.uint8]:
    """A picture [H, W, C] made ``scale`` times as large, piece by piece.

    ``each`` makes a piece [h, w, C] into [scale*h, scale*w, C]; ``after`` is told the share
    that is done, 0..1, after each piece, and may raise to stop.
    """
    height, width, channels = picture.shape
    whole = np.empty((height * scale, width * scale, channels), np.uint8)
    pieces = grid.pieces((height, width))
    for number, (rows, columns) in enumerate(pieces, 1):
        seen = picture[slice(*rows.seen), slice(*columns.seen)]
        large = each(np.ascontiguousarray(seen))
        kept = large[_inside(rows, scale), _inside(columns, scale)]
        target = whole[_scaled(rows, scale), _scaled(columns, scale)]
        target[:] = _faded_in(target, kept, (rows.ramp * scale, columns.ramp * scale))
        after(number / len(pieces))
    return whole


def _scaled(stretch: Stretch, scale: int) -> slice:
    start, end = stretch.kept
    return slice(start * scale, end * scale)


def _inside(stretch: Stretch, scale: int) -> slice:
    start, end = (place - stretch.seen[0] for place in stretch.kept)
    return slice(start * scale, end * scale)


def _faded_in(
    before: NDArray[np.uint8], after: NDArray[np.uint8], ramps: tuple[int, int]
) -> NDArray[np.uint8]:
    """``after`` over ``before``, transparent at first over as many rows and columns as
    ``ramps`` says."""
    if not any(ramps):
        return after
    down, across = (
        np.minimum((np.arange(length, dtype=np.float32) + 0.5) / max(ramp, 0.5), 1)
        for length, ramp in zip(after.shape, ramps, strict=False)
    )
    share = (down[:, np.newaxis] * across)[..., np.newaxis]
    under = before.astype(np.float32)
    faded: NDArray[np.uint8] = np.rint(under + share * (after - under)).astype(np.uint8)
    return faded
