"""Where a photo was taken, read from EXIF only when somebody asks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from PIL import Image
from PIL.ExifTags import GPS, IFD

from edge_runtime.images import BROKEN
from edge_server.intake.metered import MeteredBytes, TooManyReads
from edge_server.intake.sniffing import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_server.intake.upload import Upload

_MOST_READS = 20_000
_BELOW_SEA = 1


@dataclass(frozen=True, kw_only=True)
class Location:
    """``latitude`` -90..90 (north is positive) and ``longitude`` -180..180 (east is positive)
    in degrees of WGS 84; ``altitude`` in metres above the sea, none where it is not said.
    """

    latitude: float
    longitude: float
    altitude: float | None = None


def location_of(upload: Upload) -> Location | None:
    """The place in a photo's EXIF; none where there is none, or it makes no sense."""
    if not upload.exif.located:
        return None
    gps: Mapping[int, Any] = {}
    with suppress(TooManyReads, *BROKEN):
        file = MeteredBytes(upload.encoded, _MOST_READS)
        with Image.open(file, formats=(FORMATS[upload.format],)) as image:
            gps = image.getexif().get_ifd(IFD.GPSInfo)
    latitude = _degrees(gps, GPS.GPSLatitude, GPS.GPSLatitudeRef, 90)
    longitude = _degrees(gps, GPS.GPSLongitude, GPS.GPSLongitudeRef, 180)
    if latitude is None or longitude is None:
        return None
    return Location(latitude=latitude, longitude=longitude, altitude=_altitude(gps))


def _degrees(gps: Mapping[int, Any], tag: int, side: int, most: int) -> float | None:
    """Degrees, minutes and seconds as degrees; south and west are negative."""
    with suppress(*BROKEN):
        degrees, minutes, seconds = (float(part) for part in gps[tag])
        value = degrees + minutes / 60 + seconds / 3600
        if isfinite(value) and 0 <= value <= most:
            letter = str(gps.get(side, "")).strip("\0 ").upper()
            return -value if letter in {"S", "W"} else value
    return None


def _altitude(gps: Mapping[int, Any]) -> float | None:
    with suppress(*BROKEN):
        metres = float(gps[GPS.GPSAltitude])
        below = gps.get(GPS.GPSAltitudeRef) in {_BELOW_SEA, bytes([_BELOW_SEA])}
        if isfinite(metres) and abs(metres) < 1e5:
            return -metres if below else metres
    return None
