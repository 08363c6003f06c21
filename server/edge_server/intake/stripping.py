"""A photo's file without what it says of people, places and devices.

Only whole segments and chunks are left out, so that not one pixel changes: JPEG, PNG, WebP.
Kept is what the pixels need: JFIF, the colour profile, Adobe's colour transform, and the
orientation, as an EXIF block with nothing else in it.  Whatever lies behind the picture's end
(a film, other pictures with EXIF of their own) goes as well.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ORIENTATION = 0x0112
_EXIF = b"Exif\0\0"
_SOI, _EOI, _SOS, _APP0, _APP2, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE2, 0xEE, 0xFE
_APPS = range(0xE0, 0xF0)
_KEPT = {_APP0: b"JFIF\0", _APP2: b"ICC_PROFILE\0", _APP14: b"Adobe"}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_DROPPED = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}
_PRIVATE = 0x20  # a lower-case second letter: a chunk of somebody's own, as it was meant
_FRAMES = {b"acTL", b"fcTL", b"fdAT"}  # those of an animated PNG, standard by now
_WEBP_KNOWN = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_WEBP_FLAGS = 0x08 | 0x04  # of the header: there is EXIF, there is XMP


class _NotSo(Exception):
    """The file is not built as its format says."""


def stripped(encoded: bytes, kind: str, orientation: int) -> bytes | None:
    """The same picture without metadata; ``orientation`` is that of its EXIF, 1 to 8.

    None for another format, for a file whose parts do not fit together, and for a turned PNG or
    WebP: their copy has to be encoded anew from the pixels.
    """
    way = _WAYS.get(kind)
    if way is None or (kind != "jpeg" and orientation != 1):
        return None
    try:
        return way(encoded, orientation)
    except (_NotSo, struct.error):
        return None


def exif_of_orientation(orientation: int) -> bytes:
    """An EXIF block (TIFF, big-endian) that says the orientation and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)


def _jpeg(data: bytes, orientation: int) -> bytes:
    kept = [data[:2]]
    if orientation != 1:
        body = _EXIF + exif_of_orientation(orientation)
        kept.append(struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body)
    for code, part in _jpeg_parts(data):
        dropped = code == _COM or code in _APPS
        if not dropped or part[4:].startswith(_KEPT.get(code, b"\0none")):
            kept.append(part)
    return b"".join(kept)


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with its segment, a scan with its data, up to the end marker."""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 2 > len(data) or data[at] != 0xFF:
            raise _NotSo
        code = data[at + 1]
        if code == _EOI:
            yield code, data[at : at + 2]
            return
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if code in {0, _SOI} or end > len(data):
            raise _NotSo
        end = _scan_end(data, end) if code == _SOS else end
        yield code, data[at:end]
        at = end


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker is that belongs to no scan."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _NotSo
        if data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _png(data: bytes, _orientation: int) -> bytes:
    kept, at, name = [_PNG], len(_PNG), b""
    while name != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        name, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise _NotSo
        if name not in _PNG_DROPPED and _is_ours(name):
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _is_ours(name: bytes) -> bool:
    """Whether the PNG standard or a registered extension knows the chunk."""
    return name in _FRAMES or not name[1] & _PRIVATE


def _webp(data: bytes, _orientation: int) -> bytes:
    size = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    kept, at = [], 12
    while at < size:
        name = data[at : at + 4]
        (length,) = struct.unpack_from("<I", data, at + 4)
        end = at + 8 + length + length % 2
        if end > size + 1:
            raise _NotSo
        if name in _WEBP_KNOWN:
            chunk = data[at:end].ljust(end - at, b"\0")
            kept.append(_unflagged(chunk) if name == b"VP8X" else chunk)
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _unflagged(chunk: bytes) -> bytes:
    return chunk[:8] + bytes([chunk[8] & ~_WEBP_FLAGS]) + chunk[9:]


_WAYS: dict[str, Callable[[bytes, int], bytes]] = {"jpeg": _jpeg, "png": _png, "webp": _webp}
