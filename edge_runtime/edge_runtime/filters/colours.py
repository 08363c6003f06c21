"""Colours, gradients, and how a paint goes over what is there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from edge_runtime.filters.art import Linear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.filters.art import Blend, Radial
    from edge_runtime.filters.shapes import Region

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]
    Points = NDArray[np.float64]

_STEPS = 256


def rgb_of(colour: str) -> tuple[int, int, int]:
    """Red, green, blue of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def blended(tile: Pixels, colour: Pixels, share: Floats, blend: Blend = "normal") -> Pixels:
    """``colour`` over ``tile`` (both uint8 [h, w, 3]) by ``share`` float32 [h, w] in 0..1.

    Where the share is 0 a pixel stays exactly what it was.
    """
    if blend == "multiply":
        colour = cast("Pixels", cv2.multiply(tile, colour, scale=1 / 255))
    elif blend == "screen":
        colour = screened(tile, colour)
    return cast("Pixels", cv2.blendLinear(tile, colour, np.float32(1) - share, share))


def screened(tile: Pixels, colour: Pixels) -> Pixels:
    """As light adds up on a screen that cannot get brighter than white."""
    dark = cv2.multiply(cv2.bitwise_not(tile), cv2.bitwise_not(colour), scale=1 / 255)
    return cast("Pixels", cv2.bitwise_not(dark))


def plain(colour: str, size_wh: tuple[int, int]) -> Pixels:
    """One colour everywhere: uint8 [h, w, 3]."""
    black = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    scalar: Any = (*map(float, rgb_of(colour)), 0.0)  # OpenCV's types know no scalars here
    return cast("Pixels", cv2.add(black, scalar))


def tones(
    fill: Linear | Radial, plane: tuple[Points, Points], region: Region
) -> tuple[Pixels, Floats | None]:
    """A gradient in a region: colours uint8 [h, w, 3] and opacity float32 [h, w], none where
    all is opaque.

    ``plane``: the pixel of the art's origin, and the pixels [2, 2] of its two axes.
    """
    colours, clear = _table(fill)
    t = _along(fill, plane, region)
    index = np.clip(t * (_STEPS - 1) + np.float32(0.5), 0, _STEPS - 1).astype(np.uint8)
    made = cast("Pixels", cv2.applyColorMap(index, colours))
    return made, None if clear is None else cast("Floats", cv2.LUT(index, clear))


def _along(fill: Linear | Radial, plane: tuple[Points, Points], region: Region) -> Floats:
    """How far along its gradient every pixel is, 0..1 between its ends."""
    if isinstance(fill, Linear):
        x, y = fill.start
        across = (fill.end[0] - x, fill.end[1] - y)
        length = max(across[0] ** 2 + across[1] ** 2, 1e-12)
        p, q = across[0] / length, across[1] / length
        return _form((p, q, -p * x - q * y), plane, region)
    scale = 1 / fill.radius
    x, y = fill.centre
    along = _form((scale, 0.0, -x * scale), plane, region)
    down = _form((0.0, scale, -y * scale), plane, region)
    return cast("Floats", cv2.magnitude(along, down))


def _form(
    terms: tuple[float, float, float], plane: tuple[Points, Points], region: Region
) -> Floats:
    """``p u + q v + c`` at the middles of all pixels, (u, v) being the art's coordinates."""
    p, q, c = terms
    (ox, oy), ((a, b), (d, e)) = plane[0].tolist(), plane[1].tolist()
    area = a * e - b * d
    if abs(area) < 1e-6:  # seen from the edge
        a, b, d, e, area = 1.0, 0.0, 0.0, 1.0, 1.0
    by_x, by_y = (p * e - q * d) / area, (q * a - p * b) / area
    (x0, y0), (wide, high) = region.corner, region.size_wh
    row = (np.arange(wide, dtype=np.float32) + (x0 + 0.5 - ox)) * by_x + c
    column = (np.arange(high, dtype=np.float32) + (y0 + 0.5 - oy)) * by_y
    form: Floats = np.add.outer(column.astype(np.float32), row.astype(np.float32))
    return form


@lru_cache(maxsize=256)
def _table(fill: Linear | Radial) -> tuple[Pixels, Floats | None]:
    """Colours uint8 [256, 1, 3] and opacities float32 [256] along a gradient."""
    at = [stop[0] for stop in fill.stops]
    t = np.linspace(0, 1, _STEPS)
    channels = np.array([rgb_of(stop[1]) for stop in fill.stops], np.float64)
    colours = np.stack([np.interp(t, at, channels[:, i]) for i in range(3)], axis=-1)
    clear = np.interp(t, at, [stop[2] for stop in fill.stops]).astype(np.float32)
    return (colours + 0.5).astype(np.uint8)[:, None], None if clear.min() == 1 else clear
