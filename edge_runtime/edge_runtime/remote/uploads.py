"""A photo as it is sent: no larger than the model can use, and without its metadata.

A photo that has to be shrunk is sent as JPEG; a JPEG that is small enough is sent as it
is, but for where and with what it was taken; anything else as PNG.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import cv2
from PIL import Image

from edge_runtime.images import Photo, open_photo

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.images import Source

_ORIENTATION = 0x0112
# Colours at half the resolution are still at that of the model's input, or finer.
_SMALL = {"quality": 90, "subsampling": 2}
_FINE = {"quality": 95, "subsampling": 0}
# A larger photo as PNG would be over the bytes that servers take.
_MOST_PNG_PIXELS = 4_000_000
# The kinds of segment that change what the pixels mean: JFIF, ICC profile, Adobe's colours.
_KEPT_APPLICATION = {0xE0, 0xE2, 0xEE}
_SCAN = 0xDA
_COMMENT = 0xFE


@dataclass(frozen=True, kw_only=True)
class Upload:
    """``content`` of ``media_type``, whose upright picture has ``size_wh`` pixels; the
    photo has ``photo_wh``, and ``saved`` bytes more as it was given (0 where it was given
    as pixels)."""

    content: bytes
    media_type: str
    size_wh: tuple[int, int]
    photo_wh: tuple[int, int]
    saved: int = 0


@dataclass(frozen=True, eq=False)
class Opened:
    """A photo, and the bytes that it came in, none where it came as pixels."""

    photo: Photo
    encoded: bytes = b""

    def upload(self, longest: int | None) -> Upload:
        """As it is sent, its longer side at most ``longest`` pixels, where that is said."""
        width, height = self.photo.size_wh
        scale = 1.0 if longest is None else min(1.0, longest / max(width, height))
        size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
        media_type, content = self._content(size_wh)
        return Upload(
            content=content,
            media_type=media_type,
            size_wh=size_wh,
            photo_wh=(width, height),
            saved=max(0, len(self.encoded) - len(content)),
        )

    def _content(self, size_wh: tuple[int, int]) -> tuple[str, bytes]:
        rgb = self.photo.rgb
        if size_wh != self.photo.size_wh:
            shrunk = cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA)
            return "image/jpeg", _jpeg(cast("NDArray[np.uint8]", shrunk), _SMALL)
        if self.encoded.startswith(b"\xff\xd8"):
            return "image/jpeg", without_metadata(self.encoded)
        if rgb.shape[0] * rgb.shape[1] > _MOST_PNG_PIXELS:
            return "image/jpeg", _jpeg(rgb, _FINE)
        content = BytesIO()
        Image.fromarray(rgb).save(content, format="PNG", compress_level=1)
        return "image/png", content.getvalue()


Shown: TypeAlias = "Photo | Source | Opened"


def opened(photo: Shown) -> Opened:
    """A photo, its path or its bytes; raises ``PhotoError``."""
    if isinstance(photo, Opened):
        return photo
    if isinstance(photo, Photo):
        return Opened(photo)
    shown = open_photo(photo)
    return Opened(shown, photo if isinstance(photo, bytes) else Path(photo).read_bytes())


def without_metadata(jpeg: bytes) -> bytes:
    """A JPEG without place, time, camera, thumbnail and comments: the same pixels.

    The EXIF orientation stays, because it says which way is up.
    """
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as image:
        turned = image.getexif().get(_ORIENTATION, 1)
    kept = [jpeg[:2]]
    if turned != 1:
        kept.append(_oriented(turned))
    kept.extend(_kept_segments(jpeg))
    return b"".join(kept)


def _kept_segments(jpeg: bytes) -> Iterator[bytes]:
    """The segments after the first marker that matter, and all from the first scan on."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _SCAN:
        kind = jpeg[at + 1]
        if kind == 0xFF:  # a fill byte
            at += 1
            continue
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        application = 0xE0 <= kind <= 0xEF
        if kind != _COMMENT and (not application or kind in _KEPT_APPLICATION):
            yield jpeg[at:end]
        at = end
    yield jpeg[at:]


def _oriented(turned: int) -> bytes:
    """An EXIF segment with nothing but the orientation."""
    exif = Image.Exif()
    exif[_ORIENTATION] = turned
    content = exif.tobytes()
    content = content if content.startswith(b"Exif\0\0") else b"Exif\0\0" + content
    return struct.pack(">BBH", 0xFF, 0xE1, len(content) + 2) + content


def _jpeg(rgb: NDArray[np.uint8], saving: dict[str, int]) -> bytes:
    content = BytesIO()
    Image.fromarray(rgb).save(content, format="JPEG", **saving)
    return content.getvalue()
