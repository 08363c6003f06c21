"""Flat art painted once and then only moved, turned and scaled: what a film has time for.

Art that neither bends nor has sides goes to the picture by an affine map.  It is painted on
black and on white, from which follow its colours and how opaque it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.filters.anchors import flat_anchor
from edge_runtime.filters.shapes import Brush, margin_of, paint_art, region_of, traced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from edge_runtime.filters.art import Art, Shape

    Pixels = NDArray[np.uint8]
    Points = NDArray[np.float64]

_LEAST, _MOST = 8.0, 128.0  # pixels to a unit; what is larger is painted anew
_BLACK = "#000000"


@dataclass(frozen=True, eq=False)
class _Sprite:
    """``rgba`` uint8 [h, w, 4] with colours already multiplied by their opacity; the art's
    origin is at ``origin`` [2], and a unit is ``scale`` pixels."""

    rgba: Pixels
    origin: Points
    scale: float


class Sprites:
    """Paints ``art`` by its name, and keeps what it painted for the next frame."""

    def __init__(self, art: Mapping[str, Art]) -> None:
        self.art = art
        self._flat = {name for name, one in art.items() if _is_flat(one)}
        self._kept: dict[tuple[str, float], _Sprite] = {}

    def paint(self, canvas: Pixels, name: str, brush: Brush) -> None:
        """Like ``paint_art``, on uint8 [H, W, 3] in place."""
        art = self.art[name]
        if name not in self._flat or brush.anchor.scale > _MOST:
            paint_art(canvas, art, brush)
            return
        level = max(_LEAST, 2 ** (math.ceil(2 * math.log2(brush.anchor.scale + 1e-9)) / 2))
        sprite = self._kept.get((name, level))
        if sprite is None:
            sprite = self._kept[name, level] = _painted(art, level)
        start = np.array([[0.0, 0.0, art.z]])
        _stamp(canvas, sprite, brush.anchor.pixels(start)[0], brush)


def _is_flat(art: Art) -> bool:
    return (art.round or not art.bend) and all(_is_simple(shape) for shape in art.shapes)


def _is_simple(shape: Shape) -> bool:
    """Whether it covers what is below it; black that is multiplied does so, too."""
    darkens = shape.blend == "multiply" and {shape.fill, shape.ink} <= {None, _BLACK}
    return shape.plane == "front" and (shape.blend == "normal" or darkens)


def _painted(art: Art, scale: float) -> _Sprite:
    """The art on black and on white: opaque is where both are alike."""
    unit = flat_anchor((0.0, 0.0), scale)
    anchors = {True: (unit, unit.mirrored()), False: (unit,)}
    corners = []
    for shape in art.shapes:
        margin = margin_of(shape, scale)
        for anchor in anchors[shape.mirror]:
            for points, _ in traced(art, shape, anchor):
                corners += [points.min(axis=0) - margin, points.max(axis=0) + margin]
    low, high = np.floor(np.min(corners, axis=0)), np.ceil(np.max(corners, axis=0))
    wide, tall = (high - low).astype(int).tolist()
    brush = Brush(anchor=flat_anchor((-low[0], -low[1]), scale))
    black, white = (np.full((tall, wide, 3), value, np.uint8) for value in (0, 255))
    for canvas in (black, white):
        paint_art(canvas, art, brush)
    clear = (white.astype(np.int16) - black).max(axis=2)
    opacity = (255 - np.clip(clear, 0, 255)).astype(np.uint8)
    return _Sprite(np.dstack([black, opacity]), -low, scale)


def _stamp(canvas: Pixels, sprite: _Sprite, at: Points, brush: Brush) -> None:
    """Put a sprite with its origin ``at`` a pixel, along the anchor's axes."""
    axes = brush.anchor.axes[:, :2] / sprite.scale
    high, wide = sprite.rgba.shape[:2]
    outer = np.array([[0, 0], [wide, 0], [0, high], [wide, high]], np.float64)
    corners = (outer - sprite.origin) @ axes.T + at
    region = region_of([(corners, True)], 1.0, (canvas.shape[1], canvas.shape[0]))
    if region is None:
        return
    # OpenCV counts from the middle of a pixel, all of ours from its corner.
    shift = at - region.corner + axes @ (0.5 - sprite.origin) - 0.5
    matrix = np.concatenate([axes, shift[:, None]], axis=1)
    moved = cv2.warpAffine(sprite.rgba, matrix, region.size_wh, flags=cv2.INTER_LINEAR)
    if brush.opacity < 1:
        moved = cv2.convertScaleAbs(moved, alpha=brush.opacity)
    if brush.free is not None:
        free = brush.free[region.rows, region.columns, None]
        moved = (moved * free + np.float32(0.5)).astype(np.uint8)
    rest = cv2.cvtColor(cv2.bitwise_not(moved[..., 3]), cv2.COLOR_GRAY2RGB)
    tile = canvas[region.rows, region.columns]
    kept = cast("Pixels", cv2.multiply(tile, rest, scale=1 / 255))
    tile[...] = cv2.add(kept, np.ascontiguousarray(moved[..., :3]))
