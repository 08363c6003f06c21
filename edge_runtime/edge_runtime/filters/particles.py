"""What falls, flies and floats: the same seed and time give the same pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.filters.anchors import flat_anchor
from edge_runtime.filters.colours import blended, rgb_of
from edge_runtime.filters.shapes import Brush, draw_lines, paint_art, thinned, traced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_runtime.filters.anchors import Anchor
    from edge_runtime.filters.art import AnyShape, Art
    from edge_runtime.filters.recipe import Particles

    Pixels = NDArray[np.uint8]
    Numbers = NDArray[np.float64]

_SWINGS = 0.4  # a second
_SMALL = 1 << 20  # pixels


@dataclass(frozen=True, eq=False)
class _Air:
    """The numbers that a seed gives, each [count] in 0..1, the small and far ones first."""

    across: Numbers
    down: Numbers
    near: Numbers
    turn: Numbers
    spin: Numbers
    phase: Numbers


@lru_cache(maxsize=32)
def _air(seed: int, count: int) -> _Air:
    random = np.random.default_rng(seed).random((6, count))
    random[2].sort()
    return _Air(*random)


def paint_particles(
    canvas: Pixels, art: Art, layer: Particles, seconds: float, keep: Pixels | None
) -> None:
    """Paint the pieces on uint8 [H, W, 3] in place, not over ``keep`` (uint8 [H, W])."""
    anchors, opacities = _pieces(layer, (canvas.shape[1], canvas.shape[0]), seconds)
    if all(_is_plain(shape) for shape in art.shapes):
        for shape in art.shapes:
            _paint_together(canvas, _Flock(art, shape, anchors, opacities), keep)
        return
    for anchor, opacity in zip(anchors, opacities, strict=True):
        paint_art(canvas, art, Brush(anchor=anchor, opacity=opacity, keep=keep))


def _pieces(
    layer: Particles, size_wh: tuple[int, int], seconds: float
) -> tuple[list[Anchor], list[float]]:
    """Where every piece is at a time, and how opaque; the far ones move less and are
    paler."""
    air, (width, height) = _air(layer.seed, layer.count), size_wh
    least, most = layer.size
    size = least + (most - least) * air.near**2
    pace = (size / most) * seconds
    swing = layer.sway * np.sin(2 * np.pi * (_SWINGS * seconds + air.phase))
    edge, aspect = most, width / height  # what leaves comes in again on the other side
    x = (air.across * (aspect + 2 * edge) + layer.velocity[0] * pace) % (aspect + 2 * edge)
    y = (air.down * (1 + 2 * edge) + layer.velocity[1] * pace) % (1 + 2 * edge)
    turn = layer.turn * (2 * air.turn - 1) + layer.spin * (2 * air.spin - 1) * seconds
    opacity = layer.opacity * (0.55 + 0.45 * air.near)
    anchors = [
        flat_anchor((px * height, py * height), s * height, degrees)
        for px, py, s, degrees in zip(
            (x - edge + swing).tolist(),
            (y - edge).tolist(),
            size.tolist(),
            turn.tolist(),
            strict=True,
        )
    ]
    return anchors, opacity.tolist()


def _is_plain(shape: AnyShape) -> bool:
    return isinstance(shape.fill, str) and not shape.stroke and not shape.mirror


@dataclass(frozen=True, eq=False)
class _Flock:
    """One shape of all pieces."""

    art: Art
    shape: AnyShape
    anchors: Sequence[Anchor]
    opacities: Sequence[float]


def _paint_together(canvas: Pixels, flock: _Flock, keep: Pixels | None) -> None:
    """One colour for all pieces: one cover, blended once."""
    shape = flock.shape
    cover = _cover(flock, canvas.shape[:2])
    sigma = shape.soft * _mean_scale(flock.anchors) / 2
    if sigma > 0.3:
        cover = cast("Pixels", cv2.GaussianBlur(cover, (0, 0), sigma))
    share = cover * np.float32(1 / 255)
    if keep is not None:
        share *= np.float32(1) - keep * np.float32(1 / 255)
    colour = np.full_like(canvas, rgb_of(cast("str", shape.fill)))
    canvas[...] = blended(canvas, colour, share, shape.blend)


def _cover(flock: _Flock, size_hw: tuple[int, ...]) -> Pixels:
    """How much of every pixel the pieces cover, with four samples where a picture is small."""
    samples = 2 if size_hw[0] * size_hw[1] <= _SMALL else 1
    cover = np.zeros((size_hw[0] * samples, size_hw[1] * samples), np.uint8)
    for anchor, opacity in zip(flock.anchors, flock.opacities, strict=True):
        value = round(255 * opacity * flock.shape.opacity)
        lines = traced(flock.art, flock.shape, anchor)
        scaled = [(points * samples, closed) for points, closed in lines]
        draw_lines(cover, scaled, 0.0, value, smooth=samples == 1)
    if samples == 1:
        return cover
    cover = thinned(cover)
    size_wh = (size_hw[1], size_hw[0])
    return cast("Pixels", cv2.resize(cover, size_wh, interpolation=cv2.INTER_AREA))


def _mean_scale(anchors: Sequence[Anchor]) -> float:
    return float(np.mean([anchor.scale for anchor in anchors])) if anchors else 0.0
