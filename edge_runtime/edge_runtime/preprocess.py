"""The steps ``resize`` and ``crop-square``: the one implementation of each.

:mod:`edge_runtime.contract` defines them, on uint8 pixels, so that what a model sees can be
compared byte for byte.  What is defined is what OpenCV's INTER_LINEAR does, and the tests
have it written out; its INTER_LINEAR_EXACT takes 2.4 times as long (640x480 to 256x256, one
thread: 0.25 and 0.10 ms) and differs by at most one grey level.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias, cast

import cv2
import numpy as np

from edge_runtime.contract import HALVE_FROM
from edge_runtime.geometry import plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.contract import Resize
    from edge_runtime.geometry import Placement
    from edge_runtime.spec import SizeHW

    Pixels: TypeAlias = NDArray[np.uint8]


def use_threads(count: int) -> None:
    """How many threads resizing may use, in this process."""
    cv2.setNumThreads(count)


def fit(rgb: Pixels, resize: Resize, size_hw: SizeHW) -> tuple[NDArray[np.float32], Placement]:
    """A photo as a model's input: float32 [1, h, w, 3] in 0..255, and where it lies.

    ``rgb`` is uint8 [H, W, 3].
    """
    pixels, placement = fit_pixels(rgb, resize, size_hw)
    return pixels.astype(np.float32)[np.newaxis], placement


def fit_pixels(rgb: Pixels, resize: Resize, size_hw: SizeHW) -> tuple[Pixels, Placement]:
    """What :func:`fit` makes, before it is widened to float32: uint8 [h, w, 3]."""
    height, width = rgb.shape[:2]
    how = plan((width, height), size_hw, resize)
    x, y, w, h = how.source
    pixels = _halved(rgb[y : y + h, x : x + w], how.halvings)
    resized = _resized(pixels, how.target[2:], cv2.INTER_LINEAR)
    if resized.shape[:2] != size_hw:
        resized = _padded(resized, how.target[:2], size_hw, resize.pad)
    return resized, how.placement


def crop(rgb: Pixels, placement: Placement, size_hw: SizeHW) -> NDArray[np.float32]:
    """A part of a photo, perhaps turned, as a model's input: float32 [1, h, w, 3] in 0..255.

    Bilinear; where ``placement`` reaches outside the photo, its edge is repeated.
    """
    return crop_pixels(rgb, placement, size_hw).astype(np.float32)[np.newaxis]


def crop_pixels(
    rgb: Pixels, placement: Placement, size_hw: SizeHW, halve_from: int = HALVE_FROM
) -> Pixels:
    """What :func:`crop` makes, before it is widened to float32: uint8 [h, w, 3]."""
    # Plain floats: numpy would take longer over six numbers than the warp over the pixels.
    (a, b, x), (d, e, y) = placement.matrix.tolist()
    height, width = size_hw
    across, down = (a / width, d / width), (b / height, e / height)
    shrinks = min(math.hypot(*across), math.hypot(*down))
    pixels, left, top = _around(rgb, (a, b, x), (d, e, y))
    halvings = 0
    while min(pixels.shape[:2]) > 1 and shrinks >= halve_from << halvings:
        pixels, halvings = _halved(pixels, 1), halvings + 1
    scale = 0.5**halvings
    # Centres of pixels, not corners, are what lies on whole numbers.
    start_x = (x - left + (across[0] + down[0]) / 2) * scale - 0.5
    start_y = (y - top + (across[1] + down[1]) / 2) * scale - 0.5
    to_x = (across[0] * scale, down[0] * scale, start_x)
    to_y = (across[1] * scale, down[1] * scale, start_y)
    return _warped(pixels, np.array([to_x, to_y]), (width, height))


def _warped(pixels: Pixels, matrix: NDArray[np.float64], size_wh: tuple[int, int]) -> Pixels:
    """Bilinear; ``matrix`` [2, 3] takes a pixel that is made to where it is read."""
    warped = cv2.warpAffine(
        pixels,
        matrix,
        size_wh,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cast("Pixels", warped)


def _around(
    rgb: Pixels, to_x: tuple[float, float, float], to_y: tuple[float, float, float]
) -> tuple[Pixels, int, int]:
    """The upright part of the photo that a crop reads, and its left and top.

    OpenCV warps pictures of at most 32767 pixels a side, and halving all of a photo for
    one face in it would be slow.
    """
    height, width = rgb.shape[:2]
    (left, right), (top, bottom) = _reach(to_x, width), _reach(to_y, height)
    return rgb[top : bottom + 1, left : right + 1], left, top


def _reach(row: tuple[float, float, float], count: int) -> tuple[int, int]:
    """The first and last of ``count`` pixels that a row of a placement's matrix leads to."""
    u, v, start = row
    first, last = start + min(u, 0) + min(v, 0), start + max(u, 0) + max(v, 0)
    return _inside(first - 2, count), _inside(last + 2, count)


def _inside(value: float, count: int) -> int:
    return min(max(int(value), 0), count - 1)


def _halved(pixels: Pixels, times: int) -> Pixels:
    for _ in range(times):
        height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
        even = pixels[: 2 * height, : 2 * width]
        pixels = _resized(even, (width, height), cv2.INTER_AREA)
    return pixels


def _resized(pixels: Pixels, size_wh: tuple[int, ...], interpolation: int) -> Pixels:
    return cast("Pixels", cv2.resize(pixels, size_wh, interpolation=interpolation))


def _padded(pixels: Pixels, corner_xy: tuple[int, ...], size_hw: SizeHW, pad: int) -> Pixels:
    canvas = np.full((*size_hw, 3), pad, dtype=np.uint8)
    (x, y), (h, w) = corner_xy, pixels.shape[:2]
    canvas[y : y + h, x : x + w] = pixels
    return canvas
