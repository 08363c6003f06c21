"""Colours, gradients, and how a paint goes over what is there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

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


def tones(
    fill: Linear | Radial, plane: tuple[Points, Points], region: Region
) -> tuple[Pixels, Floats]:
    """A gradient in a region: colours uint8 [h, w, 3] and opacity float32 [h, w].

    ``plane``: the pixel of the art's origin, and the pixels [2, 2] of its two axes.
    """
    colours, clear = _table(fill)
    index = _along(fill, plane, region)
    return colours[index], clear[index]


def _along(
    fill: Linear | Radial, plane: tuple[Points, Points], region: Region
) -> NDArray[np.intp]:
    """How far along its gradient every pixel is: 0.._STEPS-1."""
    u, v = _coordinates(plane, region)
    if isinstance(fill, Linear):
        across = np.subtract(fill.end, fill.start)
        length = max(float(across @ across), 1e-12)
        t = ((u - fill.start[0]) * across[0] + (v - fill.start[1]) * across[1]) / length
    else:
        t = np.hypot(u - fill.centre[0], v - fill.centre[1]) / fill.radius
    index: NDArray[np.intp] = np.clip(t * (_STEPS - 1) + 0.5, 0, _STEPS - 1).astype(np.intp)
    return index


def _coordinates(plane: tuple[Points, Points], region: Region) -> tuple[Floats, Floats]:
    """The art's coordinates of the middles of all pixels."""
    origin, axes = plane
    if abs(float(np.linalg.det(axes))) < 1e-6:  # seen from the edge
        axes = axes + np.eye(2)
    inverse = np.linalg.inv(axes).astype(np.float32)
    (x0, y0), (wide, high) = region.corner, region.size_wh
    x = (np.arange(wide) + (x0 + 0.5 - origin[0])).astype(np.float32)[None]
    y = (np.arange(high) + (y0 + 0.5 - origin[1])).astype(np.float32)[:, None]
    return inverse[0, 0] * x + inverse[0, 1] * y, inverse[1, 0] * x + inverse[1, 1] * y


@lru_cache(maxsize=256)
def _table(fill: Linear | Radial) -> tuple[Pixels, Floats]:
    at = [stop[0] for stop in fill.stops]
    t = np.linspace(0, 1, _STEPS)
    channels = np.array([rgb_of(stop[1]) for stop in fill.stops], np.float64)
    colours = np.stack([np.interp(t, at, channels[:, i]) for i in range(3)], axis=-1)
    clear = np.interp(t, at, [stop[2] for stop in fill.stops])
    return (colours + 0.5).astype(np.uint8), clear.astype(np.float32)
