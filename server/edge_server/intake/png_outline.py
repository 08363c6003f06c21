"""The chunks of a PNG (ISO 15948), gone through without unpacking: how many, and whether
they are as they were written.

Pillow passes over the checksums of the pixels, so that a damaged photo may come out as
another one; other decoders refuse it.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_CHUNK = struct.Struct(">I4s")


@dataclass(frozen=True, kw_only=True)
class PngOutline:
    """``intact``: the checksum of every whole chunk of pixels is right."""

    chunks: int
    intact: bool


def png_outline(data: bytes, max_chunks: int) -> PngOutline:
    """Go through the chunks up to the last whole one, or until the maximum is passed."""
    view = memoryview(data)
    at, chunks, intact = 8, 0, True
    while at + 12 <= len(data) and chunks <= max_chunks and intact:
        length, name = _CHUNK.unpack_from(data, at)
        end = at + 8 + length
        if end + 4 > len(data) or name == b"IEND":
            break
        if name == b"IDAT":
            written = int.from_bytes(view[end : end + 4], "big")
            intact = zlib.crc32(view[at + 4 : end]) == written
        at, chunks = end + 4, chunks + 1
    return PngOutline(chunks=chunks, intact=intact)
