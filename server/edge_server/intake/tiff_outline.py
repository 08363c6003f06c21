"""The first directory of a TIFF (version 6 and BigTIFF), read without following it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT = 256, 257, 322, 323
_TEXT_OR_BYTES = {1, 2, 6, 7}
_SCALARS = {1: "B", 3: "H", 4: "I", 16: "Q"}


@dataclass(frozen=True, kw_only=True)
class TiffOutline:
    """``size_wh`` and ``tile_wh`` in pixels, (0, 0) where they are not given; ``longest``:
    how many numbers the longest list has, which is that of the strips or tiles.
    """

    size_wh: tuple[int, int]
    tile_wh: tuple[int, int]
    longest: int


def tiff_outline(data: bytes) -> TiffOutline | None:
    """None where there is no directory.  Of a tag that is there twice the larger counts."""
    try:
        entries = _entries(data)
    except struct.error:
        return None
    found: dict[int, int] = {}
    longest = 0
    for tag, kind, count, value in entries:
        if count == 1 and kind in _SCALARS:
            order = "<" if data[:1] == b"I" else ">"
            (number,) = struct.unpack_from(order + _SCALARS[kind], value.ljust(8, b"\0"))
            found[tag] = max(number, found.get(tag, 0))
        elif kind not in _TEXT_OR_BYTES:
            longest = max(longest, count)
    return TiffOutline(
        size_wh=(found.get(_WIDTH, 0), found.get(_HEIGHT, 0)),
        tile_wh=(found.get(_TILE_WIDTH, 0), found.get(_TILE_HEIGHT, 0)),
        longest=longest,
    )


def _entries(data: bytes) -> list[tuple[int, int, int, bytes]]:
    """Tag, type, count and the value or its place, as many entries as there are whole."""
    order = "<" if data[:1] == b"I" else ">"
    big = 43 in data[2:4]
    entry = struct.Struct(order + ("HHQ8s" if big else "HHI4s"))
    (at,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    if at >= len(data):
        return []
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, at)
    first = at + (8 if big else 2)
    whole = min(count, (len(data) - first) // entry.size)
    return list(entry.iter_unpack(data[first : first + whole * entry.size]))
