"""The person in front of something else: colours of the edge, blending, backgrounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from PIL import ImageColor

from edge_runtime.backdrops import WORDS, backdrop
from edge_runtime.bands import bands, enlarged, small_copy
from edge_runtime.errors import PhotoNotFound, UnknownName
from edge_runtime.images import open_photo
from edge_runtime.outputs import SUFFIXES
from edge_runtime.transparency import on_white

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

BLUR = "blur"
_BLUR = 1 / 30
_SOLID = 0.995


def cut_out(rgb: Pixels, alpha: Floats, seen: Floats | None = None) -> Pixels:
    """RGBA [H, W, 4]: the person's own colours also where the edge lets some through.

    ``seen``: how opaque the photo itself is, float32 [H, W] in 0..1, here and below; what is
    cut out of it is no more so.
    """
    opacity = (_both(alpha, seen) * 255 + 0.5).astype(np.uint8)
    return np.dstack([_own_colours(rgb, alpha, seen), opacity])


def replace_background(
    rgb: Pixels, alpha: Floats, background_rgb: Pixels, seen: Floats | None = None
) -> Pixels:
    """The person over another picture of the same size; blended as sRGB values, as screens
    and phones do."""
    return _blended(_own_colours(rgb, alpha, seen), _both(alpha, seen), background_rgb)


def defocus_background(rgb: Pixels, alpha: Floats, seen: Floats | None = None) -> Pixels:
    """The person over the photo's own background out of focus: RGB [H, W, 3] that is to be as
    opaque as the photo."""
    return _blended(_own_colours(rgb, alpha, seen), alpha, _blurred(rgb, alpha, seen))


def _blended(front: Pixels, share: Floats, background_rgb: Pixels) -> Pixels:
    """``front`` is written to."""
    for rows in bands((front.shape[1], front.shape[0])):
        behind = background_rgb[rows].astype(np.float32)
        mixed = behind + share[rows][..., None] * (front[rows] - behind)
        front[rows] = (mixed + 0.5).astype(np.uint8)
    return front


def background_for(text: str, rgb: Pixels, alpha: Floats) -> Pixels | None:
    """What ``text`` means behind this photo; None for ``transparent``.

    Read in this order: ``transparent``, ``blur``, a file that exists, a CSS colour, words
    with commas between.  Raises ``UnknownName`` listing the words.
    """
    if Path(text).is_file():
        picture = open_photo(text)
        return picture_behind(on_white(picture.rgb, picture.alpha), rgb)
    if Path(text).suffix.lower() in SUFFIXES and _colour(text) is None:
        raise PhotoNotFound(f"there is no picture {text}: name one that exists, or words")
    return background_named(text, rgb, alpha, also=("a picture's path",))


def picture_behind(picture_rgb: Pixels, rgb: Pixels) -> Pixels:
    """A picture scaled and cut so that it covers the photo: uint8 [H, W, 3] of its size."""
    return _covering(picture_rgb, (rgb.shape[1], rgb.shape[0]))


def background_named(
    text: str, rgb: Pixels, alpha: Floats, also: tuple[str, ...] = ()
) -> Pixels | None:
    """Like :func:`background_for`, but reads no file whatever the text says; ``also`` is
    what else the one who asks could have named."""
    if text == "transparent":
        return None
    if text == BLUR:
        return _blurred(rgb, alpha)
    colour = _colour(text)
    if colour is not None:
        return np.full_like(rgb, colour)
    size_wh = (rgb.shape[1], rgb.shape[0])
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in WORDS:
            known = [*WORDS, "transparent", BLUR, "a CSS colour", *also]
            raise UnknownName("background", word, known)
    return backdrop(words, size_wh)


def _colour(text: str) -> tuple[int, ...] | None:
    try:
        return ImageColor.getcolor(text, "RGB")  # type: ignore[return-value]
    except ValueError:
        return None


def _covering(rgb: Pixels, size_wh: tuple[int, int]) -> Pixels:
    """Scaled until it covers, what is over cut off evenly."""
    (height, width), (wide, high) = rgb.shape[:2], size_wh
    scale = max(wide / width, high / height)
    part_w, part_h = min(width, round(wide / scale)), min(height, round(high / scale))
    x, y = (width - part_w) // 2, (height - part_h) // 2
    part = rgb[y : y + part_h, x : x + part_w]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cast("Pixels", cv2.resize(part, size_wh, interpolation=way))


def _blurred(rgb: Pixels, alpha: Floats, seen: Floats | None = None) -> Pixels:
    """The background out of focus; the person's colours do not bleed into it, nor those that
    are not seen."""
    height, width = rgb.shape[:2]
    sigma = max(height, width) * _BLUR / 4
    size = (max(1, width // 4), max(1, height // 4))

    def quarter(values: NDArray[Any]) -> NDArray[Any]:
        return cast("NDArray[Any]", cv2.resize(values, size, interpolation=cv2.INTER_AREA))

    small = _small_colours(rgb, seen, quarter)
    weight = quarter(_both(1 - alpha, seen)) ** 2
    colours = cv2.GaussianBlur(small * weight[..., None], (0, 0), sigma)
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    far = cv2.GaussianBlur(small, (0, 0), sigma * 4)
    filled = (colours + 1e-3 * far) / (total + 1e-3)[..., None]
    filled = np.clip(filled + 0.5, 0, 255).astype(np.uint8)
    return cast("Pixels", cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC))


def _both(alpha: Floats, seen: Floats | None) -> Floats:
    return alpha if seen is None else alpha * seen


def _small_colours(
    rgb: Pixels, seen: Floats | None, smaller: Callable[[NDArray[Any]], NDArray[Any]]
) -> Floats:
    """The means of the colours that are seen."""
    if seen is None:
        return smaller(rgb).astype(np.float32)
    share = np.maximum(smaller(seen), np.float32(1e-3))[..., None]
    return cast("Floats", smaller(rgb * seen[..., None]) / share)


def _own_colours(rgb: Pixels, alpha: Floats, seen: Floats | None) -> Pixels:
    """The foreground's colours where it is half transparent (Forte, "Approximate Fast
    Foreground Colour Estimation", 2021): blurred estimates of both sides, then the colour
    that explains the photo."""
    size_wh = (rgb.shape[1], rgb.shape[0])
    photo, share = _small_colours(rgb, seen, small_copy), small_copy(alpha)
    there = None if seen is None else small_copy(seen)
    near = _spread(photo, _both(share**8, there))
    far = _spread(photo, _both((1 - share) ** 8, there))
    own = np.empty_like(rgb)
    for rows in bands(size_wh):
        part, share = rgb[rows], alpha[rows][..., None]
        front, behind = enlarged(near, size_wh, rows), enlarged(far, size_wh, rows)
        front += share * (part - share * front - (1 - share) * behind)
        estimated = np.clip(front + 0.5, 0, 255).astype(np.uint8)
        own[rows] = np.where(share > _SOLID, part, estimated)
    return own


def _spread(photo: Floats, weight: Floats) -> Floats:
    """Mean colour around each pixel, weighted."""
    side = max(25, photo.shape[0] // 20) | 1
    weight = weight + np.float32(1e-6)
    total = cv2.blur(weight, (side, side))
    return cast("Floats", cv2.blur(photo * weight[..., None], (side, side)) / total[..., None])
