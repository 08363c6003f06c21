"""Other kernels than the contract's: how else apps change the size of pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[Any]
    Numbers: TypeAlias = NDArray[np.floating]

Scale: TypeAlias = Callable[[Any, tuple[int, int]], Any]
"""Pixels [h, w] or [h, w, channels] and another (width, height) to pixels of that size."""


def nearest(pixels: Pixels, size_wh: tuple[int, int]) -> Pixels:
    """The pixel under the output's top left corner, as most loops over pixels have it."""
    wide, high = size_wh
    rows = np.arange(high) * pixels.shape[0] // high
    columns = np.arange(wide) * pixels.shape[1] // wide
    picked: Pixels = pixels[rows][:, columns]
    return picked


def nearest_centre(pixels: Pixels, size_wh: tuple[int, int]) -> Pixels:
    """The pixel under the output's centre."""
    wide, high = size_wh
    rows = ((np.arange(high) + 0.5) * pixels.shape[0] / high).astype(int)
    columns = ((np.arange(wide) + 0.5) * pixels.shape[1] / wide).astype(int)
    picked: Pixels = pixels[rows][:, columns]
    return picked


def by_opencv(how: int) -> Scale:
    """OpenCV's kernel of that number."""
    return lambda pixels, size_wh: cv2.resize(pixels, size_wh, interpolation=how)


def by_pillow(how: Image.Resampling) -> Scale:
    """Pillow's kernel, which grows with the factor when a picture is shrunk."""
    return lambda pixels, size_wh: np.asarray(Image.fromarray(pixels).resize(size_wh, how))


def aligned_corners(pixels: Pixels, size_wh: tuple[int, int]) -> Pixels:
    """Bilinear; the centres of the first and last pixels lie on each other."""
    (high, wide), (to_wide, to_high) = pixels.shape[:2], size_wh
    return _between(
        pixels, np.linspace(0, wide - 1, to_wide), np.linspace(0, high - 1, to_high)
    )


def half_a_pixel_off(pixels: Pixels, size_wh: tuple[int, int]) -> Pixels:
    """Bilinear; the corners of pixels are taken for their centres."""
    (high, wide), (to_wide, to_high) = pixels.shape[:2], size_wh
    columns, rows = np.arange(to_wide) * (wide / to_wide), np.arange(to_high) * (high / to_high)
    return _between(pixels, columns, rows)


def _between(pixels: Pixels, columns: Numbers, rows: Numbers) -> Pixels:
    grid = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    made: Pixels = cv2.remap(
        pixels, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return made
