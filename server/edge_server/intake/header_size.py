"""Width and height as the first bytes of a file claim them; nothing is decoded."""

from __future__ import annotations

import struct

Size = tuple[int, int]


def header_size(data: bytes, kind: str) -> Size | None:
    """Width and height in pixels; None for other formats and for a header cut short.

    Of JPEG see ``jpeg_outline``; TIFF, AVIF and HEIC keep it where only a parser finds it.
    """
    readers = {"png": _png, "gif": _gif, "bmp": _bmp, "webp": _webp}
    try:
        return readers[kind](data) if kind in readers else None
    except struct.error:
        return None


def _png(data: bytes) -> Size | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> Size:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _bmp(data: bytes) -> Size:
    if data[14] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)


def _webp(data: bytes) -> Size | None:
    """The canvas: a decoder takes memory for it when it is made, before the first frame."""
    kind = data[12:16]
    if kind == b"VP8X":
        low, middle, high, low_h, middle_h, high_h = struct.unpack_from("6B", data, 24)
        return _24_bits(low, middle, high) + 1, _24_bits(low_h, middle_h, high_h) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _24_bits(low: int, middle: int, high: int) -> int:
    return low | middle << 8 | high << 16
