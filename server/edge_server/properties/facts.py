"""What ``/v1/properties`` says of a photo: frozen records with their ranges and units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from edge_server.intake.location import Location
    from edge_server.intake.upload import Exif, Upload

Kind: TypeAlias = Literal["photo", "screenshot", "unknown"]
Place: TypeAlias = Literal["indoor", "outdoor", "unknown"]


@dataclass(frozen=True, kw_only=True)
class NamedColour:
    """One of a photo's colours: ``rgb`` (each 0..255), the ``name`` of the nearest CSS colour,
    how far that is off (``distance``, CIEDE2000; below 2 nobody sees it), and the ``share`` of
    the photo in 0..1 that has it.
    """

    rgb: tuple[int, int, int]
    name: str
    distance: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Tone:
    """``brightness``: mean lightness L* over 100, 0 black to 1 white.  ``contrast``: between
    the lightness that 5 % and that which 95 % of the pixels are below, 0..1.  ``dark`` and
    ``blown``: the shares of the pixels that are all but black, all but white, 0..1.
    """

    brightness: float
    contrast: float
    dark: float
    blown: float


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """Screenshot or photo: the ``kind`` that was decided on, ``unknown`` where neither is
    clear, and the ``confidence`` of the likelier one, 0.5..1.
    """

    kind: Kind
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where the photo was taken: ``place`` with its ``confidence`` 0.5..1 (0 where unknown),
    and ``words`` such as ``beach`` with the probability of each, the best first.
    """

    place: Place
    confidence: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class File:
    """The file: ``format``, its ``bytes``, the upright ``size_wh`` in pixels, whether any pixel
    is see-through; all none but the size where only pixels are known.
    """

    size_wh: tuple[int, int]
    format: str | None = None
    bytes: int | None = None
    transparent: bool = False


@dataclass(frozen=True, kw_only=True)
class Properties:
    """Everything.  ``sharpness`` 0..1, see :mod:`edge_server.properties.sharpness`; ``noise``:
    the standard deviation in grey levels of 0..255, see :mod:`edge_server.properties.noise`;
    both none where the photo is too small.  ``scene`` is none where the classifier was not
    asked.  ``location`` only where it was asked for and the file has one.

    ``upload`` is what came, for a copy without metadata: it is no part of the JSON.
    """

    file: File
    exif: Exif
    colours: tuple[NamedColour, ...]
    tone: Tone
    sharpness: float | None
    noise: float | None
    likeness: Likeness
    scene: Scene | None = None
    location: Location | None = None
    upload: Upload | None = field(default=None, repr=False, compare=False)
