"""All that is measured of one photo, without any model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_server.intake.location import location_of
from edge_server.intake.upload import Exif
from edge_server.properties.colours import dominant_colours
from edge_server.properties.facts import File, Properties
from edge_server.properties.likeness import likeness_of
from edge_server.properties.noise import noise_of
from edge_server.properties.sharpness import sharpness_of
from edge_server.properties.tone import tone_of

if TYPE_CHECKING:
    from edge_runtime.images import Photo
    from edge_server.intake.upload import Upload


def measured(
    photo: Photo, upload: Upload | None = None, *, located: bool = False
) -> Properties:
    """The properties of an upright photo and of the file that it came as.

    ``located``: whether the place in its EXIF is read.  The scene is not among them: a model
    has to look for that.
    """
    exif = upload.exif if upload else Exif()
    kind = upload.format if upload else None
    rgb = photo.rgb
    return Properties(
        file=_file(photo, upload),
        exif=exif,
        colours=dominant_colours(rgb),
        tone=tone_of(rgb),
        sharpness=sharpness_of(rgb),
        noise=noise_of(rgb),
        likeness=likeness_of(rgb, exif, kind),
        location=location_of(upload) if upload and located else None,
        upload=upload,
    )


def _file(photo: Photo, upload: Upload | None) -> File:
    transparent = photo.alpha is not None
    if upload is None:
        return File(size_wh=photo.size_wh, transparent=transparent)
    return File(
        size_wh=upload.size_wh,
        format=upload.format,
        bytes=len(upload.encoded),
        transparent=transparent,
    )
