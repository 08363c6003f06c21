"""Shapes painted on pixels, with soft edges: cover first, colour second, then blended.

A pixel's cover is the part of it that the shape is over, by several samples a pixel where a
shape is small.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.filters.colours import blended, plain, tones
from edge_runtime.filters.outlines import outlines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edge_runtime.filters.anchors import Anchor
    from edge_runtime.filters.art import AnyShape, Art, Fill, Shape

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]
    Points = NDArray[np.float64]
    Line = tuple[Points, bool]

_BITS = 4  # OpenCV draws at sixteenths of a pixel
_SAMPLES = 1 << 19  # how many pixels a cover is painted with, at the most
_FAR = 30_000.0
_PAIR = np.ones((2, 2), np.uint8)


@dataclass(frozen=True, kw_only=True, eq=False)
class Region:
    """Rows and columns of a picture."""

    rows: slice
    columns: slice

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height."""
        return self.columns.stop - self.columns.start, self.rows.stop - self.rows.start

    @property
    def corner(self) -> tuple[int, int]:
        """x and y of the first pixel."""
        return self.columns.start, self.rows.start


@dataclass(frozen=True, kw_only=True, eq=False)
class Brush:
    """How a piece of art is painted: where, how opaque, and only where ``free`` (float32
    [H, W] in 0..1) says."""

    anchor: Anchor
    opacity: float = 1.0
    free: Floats | None = None


def paint_art(canvas: Pixels, art: Art, brush: Brush) -> None:
    """Paint all shapes of ``art`` on uint8 [H, W, 3], in place."""
    for shape in art.shapes:
        paint_shape(canvas, art, shape, brush)
        if shape.mirror:
            mirrored = replace(brush, anchor=brush.anchor.mirrored())
            paint_shape(canvas, art, shape, mirrored)


def paint_shape(canvas: Pixels, art: Art, shape: AnyShape, brush: Brush) -> None:
    """Paint one shape, its inside and then its line."""
    if shape.plane == "side" and not _is_seen(shape, brush.anchor):
        return
    lines = traced(art, shape, brush.anchor)
    margin = margin_of(shape, brush.anchor.scale)
    region = region_of(lines, margin, (canvas.shape[1], canvas.shape[0]))
    if region is None:
        return
    for fill, width in _coats(shape):
        cover = _cover(lines, region, width * brush.anchor.scale, _sigma(shape, brush.anchor))
        _lay(canvas, region, cover, _Paint(shape, fill, art, brush))


@dataclass(frozen=True, eq=False)
class _Paint:
    shape: AnyShape
    fill: Fill
    art: Art
    brush: Brush


def _coats(shape: AnyShape) -> Iterator[tuple[Fill, float]]:
    if shape.fill is not None:
        yield shape.fill, 0.0
    if shape.stroke:
        yield shape.ink, shape.stroke


def _sigma(shape: AnyShape, anchor: Anchor) -> float:
    return shape.soft * anchor.scale / 2


def _is_seen(shape: AnyShape, anchor: Anchor) -> bool:
    return float(anchor.away[0]) * shape.at < 0


def margin_of(shape: Shape, scale: float) -> float:
    """How many pixels a shape reaches beyond its outline."""
    return 2 + scale * (shape.stroke / 2 + 1.5 * shape.soft)


def traced(art: Art, shape: AnyShape, anchor: Anchor) -> list[Line]:
    """The outlines of a shape in pixels, and whether each is closed."""
    return [
        (anchor.pixels(_in_space(line.points, art, shape)), line.closed)
        for line in outlines(shape)
    ]


def _in_space(points: Points, art: Art, shape: AnyShape) -> Points:
    """Points [n, 3] of points on the shape's plane [n, 2]."""
    x, y = points[:, 0], points[:, 1]
    if shape.plane == "side":
        return np.stack([np.full_like(x, shape.at), y, x + art.z], axis=-1)
    return np.stack([x, y, art.z + art.bend * x * x], axis=-1)


def region_of(lines: Sequence[Line], margin: float, size_wh: tuple[int, int]) -> Region | None:
    """The part of a picture that has the points with a margin; none where all is outside."""
    every = np.concatenate([points for points, _ in lines])
    low, high = np.floor(every.min(axis=0) - margin), np.ceil(every.max(axis=0) + margin)
    (x0, y0), (x1, y1) = np.maximum(low, 0).tolist(), np.minimum(high, size_wh).tolist()
    if not (x0 < x1 and y0 < y1):
        return None
    return Region(rows=slice(int(y0), int(y1)), columns=slice(int(x0), int(x1)))


def _cover(lines: Sequence[Line], region: Region, width: float, sigma: float) -> Pixels:
    """Cover uint8 [h, w] of a region: of the inside, or of a line ``width`` pixels wide."""
    wide, high = region.size_wh
    samples = min(4.0, max(1.0, int((_SAMPLES / (wide * high)) ** 0.5)))
    if sigma:  # what is blurred anyway needs fewer
        samples = min(samples, 3 / sigma)
    size = (max(1, round(wide * samples)), max(1, round(high * samples)))
    mask = np.zeros((size[1], size[0]), np.uint8)
    smooth = samples == 1  # half a pixel is little then
    draw_lines(mask, _in_region(lines, region, size), width * samples, smooth=smooth)
    if not smooth:
        mask = thinned(mask)
    if sigma * samples > 0.3:
        mask = cast("Pixels", cv2.GaussianBlur(mask, (0, 0), sigma * samples))
    if size == region.size_wh:
        return mask
    way = cv2.INTER_AREA if samples > 1 else cv2.INTER_LINEAR
    return cast("Pixels", cv2.resize(mask, region.size_wh, interpolation=way))


def _in_region(lines: Sequence[Line], region: Region, size: tuple[int, int]) -> list[Line]:
    wide, high = region.size_wh
    scale = np.array([size[0] / wide, size[1] / high])
    return [((points - region.corner) * scale, closed) for points, closed in lines]


def draw_lines(
    mask: Pixels, lines: Sequence[Line], width: float, value: int = 255, *, smooth: bool
) -> None:
    """Draw the inside of lines on uint8 [h, w], or where ``width`` is not 0 the lines.

    Where edges are not ``smooth``, what is drawn is half a pixel too large on every side,
    until all of it is ``thinned``.
    """
    kind = cv2.LINE_AA if smooth else cv2.LINE_8
    # A pixel's middle is at a half here and at a whole number in OpenCV; thinning moves
    # everything by another half.
    offset = 0.5 if smooth else 1.0
    fixed = [
        np.rint((np.clip(points, -_FAR, _FAR) - offset) * (1 << _BITS)).astype(np.int32)
        for points, _ in lines
    ]
    if not width:
        cv2.fillPoly(mask, fixed, value, kind, _BITS)
        return
    thick = max(1, round(width)) + (0 if smooth else 1)
    for points, (_, closed) in zip(fixed, lines, strict=True):
        cv2.polylines(mask, [points], closed, value, thick, kind, _BITS)


def thinned(mask: Pixels) -> Pixels:
    """Half a pixel less on every side; OpenCV fills also the pixels that an outline is on."""
    return cast("Pixels", cv2.erode(mask, _PAIR, borderType=cv2.BORDER_REPLICATE))


def _lay(canvas: Pixels, region: Region, cover: Pixels, paint: _Paint) -> None:
    """Blend the paint into a region as far as it covers."""
    tile = canvas[region.rows, region.columns]
    share = cover * np.float32(paint.shape.opacity * paint.brush.opacity / 255)
    if paint.brush.free is not None:
        share *= paint.brush.free[region.rows, region.columns]
    if isinstance(paint.fill, str):
        colour = plain(paint.fill, region.size_wh)
    else:
        colour, clear = tones(paint.fill, _plane(paint), region)
        if clear is not None:
            share *= clear
    tile[...] = blended(tile, colour, share, paint.shape.blend)


def _plane(paint: _Paint) -> tuple[Points, Points]:
    """Where the origin of the shape's plane is in pixels [2], and its two axes [2, 2]."""
    anchor, shape = paint.brush.anchor, paint.shape
    axes = anchor.axes[:, [2, 1] if shape.plane == "side" else [0, 1]]
    start = (shape.at, 0.0, paint.art.z) if shape.plane == "side" else (0, 0, paint.art.z)
    return anchor.pixels(np.array([start]))[0], axes
