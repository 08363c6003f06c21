"""The order in which a page is read: columns, and rows within them.

A block of lines is cut at a gutter that runs down through all of it, where what is on each
side is a column of text and no cell of a table.  A block without one is cut above and below
the first rows that have one, which leaves out such as headings; what cannot be cut is read
row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_server.reading.text_boxes import Quad

_GUTTER = 0.8  # how wide at least, in heights of a line
_COLUMN_LINES = 2
_COLUMN_WIDTH = 6.0  # in heights of a line: narrower ones are cells of a table


def reading_order(quads: Sequence[Quad]) -> list[int]:
    """The indices of lines in the order of reading; each quad begins where its text does.

    The page may be askew: rows follow the direction that most lines have.
    """
    if not quads:
        return []
    spans = _spans(quads)
    return [int(index) for index in _ordered(np.arange(len(quads)), spans)]


def _spans(quads: Sequence[Quad]) -> NDArray[np.float64]:
    """Each line's extent along and across the common direction: [N, 4] of (begin, end, top,
    bottom)."""
    corners = np.array(quads, dtype=float)
    along = corners[:, 1] + corners[:, 2] - corners[:, 0] - corners[:, 3]
    angle = np.median(np.arctan2(along[:, 1], along[:, 0]))
    x = corners @ (np.cos(angle), np.sin(angle))
    middle = corners.mean(axis=1) @ (-np.sin(angle), np.cos(angle))
    # A line that is askew to the others is as thick as it is, not as high as it reaches.
    half = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1) / 2
    return np.stack((x.min(axis=1), x.max(axis=1), middle - half, middle + half), axis=1)


def _ordered(block: NDArray[np.intp], spans: NDArray[np.float64]) -> list[int]:
    cut = _gutter(spans[block])
    if cut is not None:
        left = spans[block, 0] < cut
        return _ordered(block[left], spans) + _ordered(block[~left], spans)
    rows = _rows(block, spans)
    begin, end = _with_gutter(rows, spans)
    if begin == end:
        return [index for row in rows for index in row]
    parts = (rows[:begin], rows[begin:end], rows[end:])
    blocks = (np.concatenate(part) for part in parts if part)
    return [index for part in blocks for index in _ordered(part, spans)]


def _with_gutter(
    rows: Sequence[NDArray[np.intp]], spans: NDArray[np.float64]
) -> tuple[int, int]:
    """The first rows, from ``begin`` to before ``end``, that a gutter runs through; equal
    where there are none."""

    def there(begin: int, end: int) -> bool:
        return end <= len(rows) and _gutter(spans[np.concatenate(rows[begin:end])]) is not None

    for begin in range(len(rows) - 1):
        ends = range(begin + _COLUMN_LINES, begin + 2 * _COLUMN_LINES + 1)
        end = next((end for end in ends if there(begin, end)), 0)
        while end and there(begin, end + 1):
            end += 1
        if end:
            return begin, end
    return 0, 0


def _rows(block: NDArray[np.intp], spans: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """The lines of a block by rows, from above; in a row from the left.

    A line is in a row where its middle is within the line that the row began with, or the
    other way round.
    """
    middles = spans[:, 2:].mean(axis=1)
    rows: list[list[int]] = []
    for index in block[np.argsort(middles[block], kind="stable")].tolist():
        first = rows[-1][0] if rows else index
        near = abs(middles[index] - middles[first])
        half = max(spans[one, 3] - spans[one, 2] for one in (index, first)) / 2
        if rows and near < half * 0.8:
            rows[-1].append(index)
        else:
            rows.append([index])
    return [np.array(sorted(row, key=lambda index: spans[index, 0])) for row in rows]


def _gutter(spans: NDArray[np.float64]) -> float | None:
    """Where the widest gutter between two columns of text ends; None where there is none."""
    if len(spans) < 2 * _COLUMN_LINES:
        return None
    heights = spans[:, 3] - spans[:, 2]
    from_left = spans[np.argsort(spans[:, 0])]
    reached = np.maximum.accumulate(from_left[:, 1])
    gaps = from_left[1:, 0] - reached[:-1]
    for place in np.argsort(-gaps):
        if gaps[place] < _GUTTER * np.median(heights):
            return None
        cut = float(from_left[place + 1, 0])
        left = spans[:, 0] < cut
        if _is_column(spans[left]) and _is_column(spans[~left]):
            return cut
    return None


def _is_column(spans: NDArray[np.float64]) -> bool:
    widths, heights = spans[:, 1] - spans[:, 0], spans[:, 3] - spans[:, 2]
    wide = np.median(widths) >= _COLUMN_WIDTH * np.median(heights)
    return len(spans) >= _COLUMN_LINES and bool(wide)
