"""Bytes to an upright sRGB photo, under limits that are checked before memory is taken."""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from edge_runtime.errors import PhotoNotFound, PhotoTooLarge, PhotoUnreadable
from edge_runtime.quietly import quietly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Source: TypeAlias = str | os.PathLike[str] | bytes

# Only pure decoders: Pillow also knows formats that run other programs.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "PPM", "WEBP", "TIFF", "AVIF", "JPEG2000")
# What Pillow's decoders raise for bytes that are no picture.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
)
# A PNG's texts and its colour profile unpack to at most this; measured displays have 3 MB.
PngImagePlugin.MAX_TEXT_CHUNK = 4 * 2**20
_ORIENTATION = 0x0112
# EXIF orientation to (turns by 90 degrees against the clock, then mirrored in x).
_TURNS = {2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True), 6: (3, False)}
_TURNS |= {7: (1, True), 8: (1, False)}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is refused: more bytes on disk, or more pixels once unpacked."""

    max_bytes: int = 256 * 1024 * 1024
    max_pixels: int = 150_000_000


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo as a person sees it: ``rgb`` uint8 [H, W, 3] in sRGB, upright; ``alpha``
    uint8 [H, W] where the file has one that is not opaque all over; ``name`` for messages.
    Raises ``PhotoUnreadable`` for pixels that are none, such as an empty piece of a photo.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    name: str = "photo"

    def __post_init__(self) -> None:
        rgb = self.rgb
        if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
            raise PhotoUnreadable(
                f"{self.name} has pixels {rgb.dtype} {list(rgb.shape)}: give uint8 [height, "
                "width, 3], of one pixel at least"
            )

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]


def open_photo(source: Source, limits: Limits | None = None) -> Photo:
    """Read a photo from a path or from its bytes.

    The EXIF orientation is carried out, an ICC profile is turned into sRGB, 16 bits
    become 8, grey, palettes and CMYK become RGB, of an animation comes the first frame.
    Raises ``PhotoNotFound``, ``PhotoUnreadable`` or ``PhotoTooLarge``.
    """
    limits = limits or Limits()
    name = "the bytes given" if isinstance(source, bytes) else os.fspath(source)
    encoded = _read(source, name, limits.max_bytes)
    with _one_line_errors(name), Image.open(BytesIO(encoded), formats=FORMATS) as image:
        _check_pixels(image.size, name, limits.max_pixels)
        return photo_of(image, name)


def photo_of(image: Image.Image, name: str = "photo") -> Photo:
    """What ``open_photo`` makes of an image that was opened and checked by the caller.

    Raises what Pillow's decoders raise: one of ``BROKEN``, or ``MemoryError``.
    """
    image.load()
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1), (0, False))
    alpha = _alpha(image)
    return Photo(_turned(_rgb(image), turn), _turned_alpha(alpha, turn), name)


def _read(source: Source, name: str, max_bytes: int) -> bytes:
    encoded = source if isinstance(source, bytes) else _file(Path(source), name, max_bytes)
    if not encoded:
        raise PhotoUnreadable(f"{name} is empty: give a photo")
    if len(encoded) > max_bytes:
        raise PhotoTooLarge(
            f"{name} has more than {max_bytes / 1e6:.0f} million bytes: save it smaller"
        )
    return encoded


def _file(path: Path, name: str, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except IsADirectoryError:
        raise PhotoNotFound(f"{name} is a folder: name a photo in it") from None
    except PermissionError:
        raise PhotoNotFound(f"{name} may not be read: change its permissions") from None
    except FileNotFoundError:
        raise PhotoNotFound(f"there is no file {name}: check the path") from None
    except (OSError, ValueError) as error:
        raise PhotoNotFound(f"{name!r} cannot be opened ({error}): check the path") from None


@contextmanager
def _one_line_errors(name: str) -> Iterator[None]:
    """Whatever a decoder raises becomes one of ours; its warnings are not for the user."""
    with quietly():
        try:
            yield
        except Image.DecompressionBombError:
            raise PhotoTooLarge(f"{name} unpacks to too many pixels: shrink it") from None
        except UnidentifiedImageError:
            known = ", ".join(FORMATS)
            raise PhotoUnreadable(f"{name} is not a picture of {known}: convert it") from None
        except MemoryError:
            raise PhotoTooLarge(f"{name} does not fit into memory: shrink it") from None
        except BROKEN as error:
            raise PhotoUnreadable(
                f"{name} is damaged or cut short ({_first_line(error)}): get it again"
            ) from None


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _check_pixels(size_wh: tuple[int, int], name: str, max_pixels: int) -> None:
    width, height = size_wh
    if width * height > max_pixels:
        raise PhotoTooLarge(
            f"{name} has {width} x {height} pixels, more than the {max_pixels / 1e6:.0f} "
            "million that are allowed: shrink it"
        )


def _alpha(image: Image.Image) -> NDArray[np.uint8] | None:
    if not image.has_transparency_data:
        return None
    alpha = np.asarray(image.convert("RGBA").getchannel("A"))
    return None if alpha.min() == 255 else alpha


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I") or image.mode == "F":
        return np.repeat(_eight_bits(np.asarray(image))[..., np.newaxis], 3, axis=2)
    coloured = _in_srgb(image)
    # Converting RGB to RGB would copy every pixel.
    return np.asarray(coloured if coloured.mode == "RGB" else coloured.convert("RGB"))


def _eight_bits(grey: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey of 16 or 32 bits: integers are taken as 0..65535, floats as 0..1 or 0..255."""
    if np.issubdtype(grey.dtype, np.integer):
        return (np.clip(grey, 0, 65535) >> 8).astype(np.uint8)
    finite = np.nan_to_num(grey.astype(np.float32), posinf=255.0)
    scale = 255.0 if finite.max() <= 1 else 1.0
    return (finite.clip(0, 255 / scale) * scale + 0.5).astype(np.uint8)


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    from PIL import ImageCms  # noqa: PLC0415  most photos need no colour management

    if image.mode not in {"L", "RGB", "CMYK"}:
        image = image.convert("L" if image.mode in {"1", "LA"} else "RGB")
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if ImageCms.getProfileDescription(source).startswith("sRGB"):
            return image
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile says nothing; without one, sRGB is meant


def _turned(rgb: NDArray[np.uint8], turn: tuple[int, bool]) -> NDArray[np.uint8]:
    turns, mirrored = turn
    upright = np.rot90(rgb, turns)
    return np.ascontiguousarray(upright[:, ::-1] if mirrored else upright)


def _turned_alpha(
    alpha: NDArray[np.uint8] | None, turn: tuple[int, bool]
) -> NDArray[np.uint8] | None:
    return None if alpha is None else _turned(alpha, turn)
