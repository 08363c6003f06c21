"""The few things that are read from EXIF; broken EXIF says nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PIL.ExifTags import IFD, Base

from edge_runtime.images import BROKEN
from edge_server.intake.upload import Exif

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

_MOST_CHARACTERS = 64


def exif_summary(image: Image.Image) -> Exif:
    """What an opened image's EXIF says; the defaults where it says nothing."""
    main: Mapping[int, Any] = {}
    camera: Mapping[int, Any] = {}
    with suppress(*BROKEN):
        main = image.getexif()
        camera = image.getexif().get_ifd(IFD.Exif)
    orientation = _value(main, Base.Orientation)
    known = isinstance(orientation, int) and 1 <= orientation <= 8
    return Exif(
        orientation=orientation if known else 1,
        make=_text(_value(main, Base.Make)),
        model=_text(_value(main, Base.Model)),
        taken=_text(_value(camera, Base.DateTimeOriginal) or _value(main, Base.DateTime)),
        focal_mm=_millimetres(_value(camera, Base.FocalLength)),
        focal_35mm=_millimetres(_value(camera, Base.FocalLengthIn35mmFilm)),
        located=Base.GPSInfo in main,
    )


def _value(ifd: Mapping[int, Any], tag: int) -> Any:
    with suppress(*BROKEN):  # a tag is decoded when it is asked for
        return ifd.get(tag)
    return None


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text if c.isprintable()).strip()[:_MOST_CHARACTERS]


def _millimetres(value: Any) -> float | None:
    with suppress(*BROKEN):
        length = float(value)
        return length if 0 < length < 1e5 else None
    return None
