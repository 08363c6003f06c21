"""What becomes of a photo's transparency: models are given its colours alone, as the contract
says; what is made of the photo has the transparency again.

Colours of pixels that are wholly transparent are arbitrary: nothing that is seen depends on
them, but for what a model makes of them.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from PIL import Image

from edge_runtime.results import CutOut, Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.images import Photo

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

_SHARE = np.float32(1 / 255)
_WHITE = np.float32(255)


def shown(photo: Photo) -> Pixels:
    """The photo's colours uint8 [H, W, 3], white where it is wholly transparent."""
    if photo.alpha is None:
        return photo.rgb
    return np.where(photo.alpha[..., None] == 0, np.uint8(255), photo.rgb)


def opacity(photo: Photo) -> Floats | None:
    """How much of each pixel is seen, float32 [H, W] in 0..1; None where all is."""
    return None if photo.alpha is None else photo.alpha * _SHARE


def on_white(rgb: Pixels, alpha: Pixels | None) -> Pixels:
    """A picture uint8 [H, W, 3] with that alpha [H, W] as it looks on white paper."""
    if alpha is None:
        return rgb
    mixed = _WHITE + (alpha * _SHARE)[..., None] * (rgb - _WHITE)
    return (mixed + np.float32(0.5)).astype(np.uint8)


def with_alpha(rgb: Pixels, alpha: Pixels | None) -> Pixels:
    """A picture uint8 [h, w, 3] with a photo's alpha [H, W], made as large: [h, w, 4]; without
    an alpha the picture itself.
    """
    if alpha is None:
        return rgb
    return np.dstack([rgb, resized_alpha(alpha, (rgb.shape[1], rgb.shape[0]))])


def resized_alpha(alpha: Pixels, size_wh: tuple[int, int]) -> Pixels:
    """Alpha uint8 [H, W] at another width and height, by the bicubic kernel (a = -0.75)."""
    if alpha.shape[::-1] == size_wh:
        return alpha
    fine = cv2.resize(alpha.astype(np.float32), size_wh, interpolation=cv2.INTER_CUBIC)
    return cast("Pixels", np.clip(fine + np.float32(0.5), 0, _WHITE).astype(np.uint8))


def fit_to_write(pixels: NDArray[Any], *, opaque: bool = False) -> NDArray[Any]:
    """A picture [H, W] or [H, W, 3 or 4] as a file may have it: black where RGBA is wholly
    transparent, so that nobody brings back what was cut away; for an ``opaque`` format, such
    as JPEG, RGBA is what it looks like on white."""
    if pixels.ndim != 3 or pixels.shape[2] != 4:
        return pixels
    if opaque:
        return on_white(pixels[..., :3], pixels[..., 3])
    if pixels[..., 3].all():
        return pixels
    return np.where(pixels[..., 3:] == 0, np.uint8(0), pixels)


def thinned(pixels: Pixels, alpha: Pixels | None) -> Pixels:
    """A cut-out of a photo, as it was made without its alpha [H, W], with it: RGBA is as
    opaque as both are, RGB on white shows more of the white.
    """
    if alpha is None:
        return pixels
    if pixels.shape[2] == 3:
        return on_white(pixels, alpha)
    both = (pixels[..., 3] * (alpha * _SHARE) + np.float32(0.5)).astype(np.uint8)
    return np.dstack([pixels[..., :3], both])


def as_transparent(value: Any, alpha: Pixels | None) -> Any:
    """A result, as it was made without the photo's alpha [H, W], with it: pictures and
    cut-outs; others are as they are."""
    if isinstance(value, Picture):
        return replace(value, pixels=with_alpha(value.pixels, alpha))
    if isinstance(value, CutOut):
        return replace(value, pixels=thinned(value.pixels, alpha))
    return value


def packed(alpha: Pixels | None) -> bytes:
    """Alpha uint8 [H, W] as a PNG; no bytes where there is none."""
    content = BytesIO()
    if alpha is not None:
        Image.fromarray(alpha).save(content, format="PNG")
    return content.getvalue()


def unpacked(content: bytes) -> Pixels | None:
    """What was packed."""
    if not content:
        return None
    with Image.open(BytesIO(content), formats=["PNG"]) as image:
        return np.asarray(image)
