"""Bytes of a known format to a photo, decoded as ``edge_runtime`` does it for the app."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from edge_runtime.images import BROKEN, Photo, photo_of
from edge_server.intake.budget import check_size
from edge_server.intake.exif_summary import exif_summary
from edge_server.intake.leniency import leniently
from edge_server.intake.metered import MeteredBytes, TooManyReads
from edge_server.intake.sniffing import FORMATS
from edge_server.intake.upload import ANIMATED, TRUNCATED, Exif
from edge_server.problems import (
    ImageTooComplex,
    ImageTooLarge,
    ImageTruncated,
    ImageUndecodable,
    Memory,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.intake.limits import IntakeLimits

_CUT = ("truncated", "incomplete", "unexpected end", "premature", "end of file")


@dataclass(frozen=True, kw_only=True, eq=False)
class Decoded:
    """A decoded image; ``size_wh`` upright and before any scaling, in pixels."""

    photo: Photo
    size_wh: tuple[int, int]
    exif: Exif = field(default_factory=Exif)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """``least_hw``: a JPEG may come smaller, by 2, 4 or 8, but not below this upright height
    and width in pixels; None decodes every pixel.  ``allow_truncated``: what a cut image
    misses is filled in, and a warning says so.
    """

    least_hw: tuple[int, int] | None = None
    allow_truncated: bool = False


def decode(data: bytes, kind: str, limits: IntakeLimits, wishes: Wishes) -> Decoded:
    """Decode bytes that ``budget.check_header`` let through; raises ``Problem`` s."""
    try:
        return _decode(data, kind, limits, wishes.least_hw)
    except ImageTruncated:
        if not wishes.allow_truncated:
            raise
    with leniently():
        decoded = _decode(data, kind, limits, wishes.least_hw)
    return replace(decoded, warnings=(*decoded.warnings, TRUNCATED))


def _decode(
    data: bytes, kind: str, limits: IntakeLimits, least_hw: tuple[int, int] | None
) -> Decoded:
    if kind == "heic":
        _register_heif()
    file = MeteredBytes(data, limits.max_reads)
    with _as_problems(), Image.open(file, formats=(FORMATS[kind],)) as image:
        check_size(image.size, limits)
        exif = exif_summary(image)
        turned = exif.orientation > 4
        whole_wh = (image.height, image.width) if turned else image.size
        draft = least_hw if kind == "jpeg" else None
        if draft is not None:
            image.draft(None, draft if turned else (draft[1], draft[0]))
        moving = kind != "jpeg" and getattr(image, "is_animated", False)
        photo = photo_of(image)
        check_size(photo.size_wh, limits)
    # A damaged HEIC may unpack to another size than it says.
    return Decoded(
        photo=photo,
        size_wh=photo.size_wh if draft is None else whole_wh,
        exif=exif,
        warnings=(ANIMATED,) if moving else (),
    )


@cache
def _register_heif() -> None:
    import pillow_heif

    # What else lies in the file is not decoded: thumbnails, depth maps, gain maps.
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def quiet_pillow() -> None:
    """Pillow's remarks about strangers' files are not for our log.

    ``warnings.catch_warnings`` would do so for a block, but for every thread at once.
    """
    warnings.filterwarnings("ignore", module=r"(PIL|pillow_heif)\b")


@contextmanager
def _as_problems() -> Iterator[None]:
    """Whatever a decoder raises, as a problem whose text is ours."""
    try:
        yield
    except Image.DecompressionBombError:
        raise ImageTooLarge("the image unpacks to too many pixels: shrink it") from None
    except TooManyReads:
        raise ImageTooComplex("the image is in too many pieces: save it anew") from None
    except MemoryError:
        raise Memory(
            "there is no memory for this image now: try again", retry_after=5
        ) from None
    except UnidentifiedImageError:
        raise ImageUndecodable("the image's header is damaged: get it again") from None
    except BROKEN as error:
        if isinstance(error, EOFError) or any(word in str(error).lower() for word in _CUT):
            raise ImageTruncated(
                "the image is cut short: get it again, or say allow_truncated=true"
            ) from None
        raise ImageUndecodable("the image's data are damaged: get it again") from None
