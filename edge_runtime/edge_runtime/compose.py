"""The person in front of something else: colours of the edge, blending, backgrounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
from PIL import ImageColor

from edge_runtime.backdrops import WORDS, backdrop
from edge_runtime.errors import UnknownName
from edge_runtime.images import open_photo

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

_BLUR = 1 / 30


def cut_out(rgb: Pixels, alpha: Floats) -> Pixels:
    """RGBA [H, W, 4]: the person's own colours also where the edge lets some through."""
    opacity = (alpha * 255 + 0.5).astype(np.uint8)
    return np.dstack([_own_colours(rgb, alpha), opacity])


def replace_background(rgb: Pixels, alpha: Floats, background_rgb: Pixels) -> Pixels:
    """The person over another picture of the same size; blended as sRGB values, as screens
    and phones do."""
    front = _own_colours(rgb, alpha).astype(np.float32)
    behind = background_rgb.astype(np.float32)
    mixed = behind + alpha[..., None] * (front - behind)
    return cast("Pixels", (mixed + 0.5).astype(np.uint8))


def background_for(text: str, rgb: Pixels, alpha: Floats) -> Pixels | None:
    """What ``text`` means behind this photo; None for ``transparent``.

    Read in this order: ``transparent``, ``blur``, a file that exists, a CSS colour, words
    with commas between.  Raises ``UnknownName`` listing the words.
    """
    if text == "transparent":
        return None
    if text == "blur":
        return _blurred(rgb, alpha)
    size_wh = (rgb.shape[1], rgb.shape[0])
    if Path(text).is_file():
        return _covering(open_photo(text).rgb, size_wh)
    colour = _colour(text)
    if colour is not None:
        return np.full_like(rgb, colour)
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in WORDS:
            also = ("transparent", "blur", "a CSS colour", "a picture's path")
            raise UnknownName("background", word, [*WORDS, *also])
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


def _own_colours(rgb: Pixels, alpha: Floats) -> Pixels:
    """The foreground's colours where it is half transparent (Forte, "Approximate Fast
    Foreground Colour Estimation", 2021): blurred estimates of both sides, then the colour
    that explains the photo."""
    photo = rgb.astype(np.float32)
    share = alpha[..., None]
    front = _spread(photo, alpha**8, rgb.shape[0])
    behind = _spread(photo, (1 - alpha) ** 8, rgb.shape[0])
    front = front + share * (photo - share * front - (1 - share) * behind)
    estimated = np.clip(front + 0.5, 0, 255).astype(np.uint8)
    solid = (alpha > 0.995)[..., None]
    return cast("Pixels", np.where(solid, rgb, estimated))


def _spread(photo: Floats, weight: Floats, height: int) -> Floats:
    """Mean colour around each pixel, weighted."""
    side = max(25, height // 20) | 1
    weight = weight + np.float32(1e-6)
    total = cv2.blur(weight, (side, side))
    return cast("Floats", cv2.blur(photo * weight[..., None], (side, side)) / total[..., None])


def _blurred(rgb: Pixels, alpha: Floats) -> Pixels:
    """The background out of focus; the person's colours do not bleed into it."""
    height, width = rgb.shape[:2]
    sigma = max(height, width) * _BLUR / 4
    size = (max(1, width // 4), max(1, height // 4))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    weight = cv2.resize(1 - alpha, size, interpolation=cv2.INTER_AREA) ** 2
    colours = cv2.GaussianBlur(small * weight[..., None], (0, 0), sigma)
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    far = cv2.GaussianBlur(small, (0, 0), sigma * 4)
    filled = (colours + 1e-3 * far) / (total + 1e-3)[..., None]
    large = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
    return cast("Pixels", np.clip(large + 0.5, 0, 255).astype(np.uint8))
