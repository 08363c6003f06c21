"""One image that came in, and what is known of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_runtime.images import Photo

ANIMATED = "animated_first_frame"
TRUNCATED = "truncated"


@dataclass(frozen=True, kw_only=True)
class Exif:
    """What the camera wrote, and nothing of where: ``located`` only says that it did.

    ``taken``: ``YYYY:MM:DD HH:MM:SS`` in the camera's own time.  ``focal_mm`` is the focal
    length, ``focal_35mm`` the one that sees as much on 35 mm film, both in millimetres.
    """

    orientation: int = 1
    make: str = ""
    model: str = ""
    taken: str = ""
    focal_mm: float | None = None
    focal_35mm: float | None = None
    located: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Upload:
    """A photo that was taken in.

    ``photo`` is upright, in sRGB.  ``size_wh`` is the upright size in the file, in pixels;
    ``photo`` is smaller where a scaled decode was asked for.  ``format`` is a name of
    ``sniffing.FORMATS``.  ``encoded`` are the bytes as they came, with all their metadata:
    they go back to nobody but their owner, from the store.
    """

    photo: Photo
    format: str
    size_wh: tuple[int, int]
    encoded: bytes = field(repr=False)
    exif: Exif = field(default_factory=Exif)
    warnings: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Of the bytes as they came, in hex."""
        return hashlib.sha256(self.encoded).hexdigest()

    @cached_property
    def md5(self) -> str:
        """Of the bytes as they came, in hex; a name that others know them by, no proof."""
        return hashlib.md5(self.encoded, usedforsecurity=False).hexdigest()
