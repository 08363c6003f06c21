"""The person in front of something else, quickly: only the edge has to be computed.

Along the edge the person's own colours are estimated as in
:mod:`edge_runtime.compose` (Forte 2021), from means over a quarter of the size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

_LONGEST = 160
_SURE = 2  # of 255: less is nobody, more than 255 - this is nothing but the person


def over(rgb: Pixels, behind: Pixels, alpha: Pixels) -> Pixels:
    """The person of ``rgb`` before ``behind``, both uint8 [H, W, 3]; ``alpha`` uint8 [H, W].

    Where alpha is 255 the pixels are the photo's own.
    """
    there = (alpha > 255 - _SURE).view(np.uint8)
    made = behind.copy()
    cv2.copyTo(rgb, there, made)
    edge = np.flatnonzero((alpha >= _SURE) & (alpha <= 255 - _SURE))
    if edge.size:
        flat = made.reshape(-1, 3)
        flat[edge] = _mixed(rgb, flat[edge], alpha, edge)
    return made


def _mixed(rgb: Pixels, behind: Pixels, alpha: Pixels, edge: NDArray[np.intp]) -> Pixels:
    """The pixels of the edge [n, 3] over those behind."""
    share = (alpha.reshape(-1)[edge] * np.float32(1 / 255))[:, None]
    near, far = _sides(rgb, alpha, edge)
    seen = rgb.reshape(-1, 3)[edge].astype(np.float32)
    own = near + share * (seen - share * near - (1 - share) * far)
    np.clip(own, 0, 255, out=own)
    mixed = behind + share * (own - behind)
    return cast("Pixels", (mixed + np.float32(0.5)).astype(np.uint8))


def _sides(rgb: Pixels, alpha: Pixels, edge: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Mean colours of the person and of what is behind, around each pixel of the edge."""
    height, width = alpha.shape
    scale = min(1.0, _LONGEST / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    photo = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    share = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) * np.float32(1 / 255)
    x, y = (edge % width) * size[0] // width, (edge // width) * size[1] // height
    near, far = _spread(photo, share**8), _spread(photo, (1 - share) ** 8)
    there = y * size[0] + x  # of flat pixels: "take" is twice as quick as two indices
    return near.reshape(-1, 3).take(there, axis=0), far.reshape(-1, 3).take(there, axis=0)


def _spread(photo: Floats, weight: Floats) -> Floats:
    """Mean colour around each pixel, weighted."""
    side = max(9, max(photo.shape[:2]) // 14) | 1
    weight = weight + np.float32(1e-6)
    total = cv2.blur(weight, (side, side))
    return cast("Floats", cv2.blur(photo * weight[..., None], (side, side)) / total[..., None])
