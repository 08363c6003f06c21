"""What falls, flies and floats: the same seed and time give the same pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.filters.anchors import Anchor
from edge_runtime.filters.colours import blended, plain, rgb_of
from edge_runtime.filters.outlines import outlines
from edge_runtime.filters.shapes import Brush, draw_lines, thinned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_runtime.filters.art import AnyShape
    from edge_runtime.filters.recipe import Particles
    from edge_runtime.filters.shapes import Line
    from edge_runtime.filters.sprites import Sprites

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]
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


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Where the pieces are, ``at`` [n, 2] and ``axes`` [n, 2, 2] in pixels, and how opaque."""

    at: Numbers
    axes: Numbers
    opacity: Numbers

    def anchor(self, number: int) -> Anchor:
        axes = np.concatenate([self.axes[number], np.zeros((2, 1))], axis=1)
        return Anchor(at=self.at[number], axes=axes, away=np.array([0.0, 0.0, 1.0]))

    @property
    def scale(self) -> float:
        """The mean size in pixels."""
        return float(np.linalg.norm(self.axes[..., 0], axis=-1).mean())


def paint_particles(
    canvas: Pixels, sprites: Sprites, layer: Particles, seconds: float, free: Floats | None
) -> None:
    """Paint the pieces on uint8 [H, W, 3] in place, where ``free`` (float32 [H, W]) says.

    Many pieces of one colour are quickest painted together, all others one by one.
    """
    if not layer.count:
        return
    pieces = _pieces(layer, (canvas.shape[1], canvas.shape[0]), seconds)
    shapes = sprites.art[layer.art].shapes
    alone = len(shapes) > 1 and not layer.colours
    if not alone and all(_is_plain(shape) for shape in shapes):
        for number, shape in enumerate(shapes):
            colours = () if number else layer.colours
            _paint_together(canvas, _Flock(shape, pieces, colours), free)
        return
    for number, opacity in enumerate(pieces.opacity.tolist()):
        brush = Brush(anchor=pieces.anchor(number), opacity=opacity, free=free)
        sprites.paint(canvas, layer.art, brush)


def _pieces(layer: Particles, size_wh: tuple[int, int], seconds: float) -> _Pieces:
    """Where every piece is at a time; the far ones move less and are paler."""
    air, (width, height) = _air(layer.seed, layer.count), size_wh
    least, most = layer.size
    size = least + (most - least) * air.near**2
    pace = (size / most) * seconds
    swing = layer.sway * np.sin(2 * np.pi * (_SWINGS * seconds + air.phase))
    edge, aspect = most, width / height  # what leaves comes in again on the other side
    x = (air.across * (aspect + 2 * edge) + layer.velocity[0] * pace) % (aspect + 2 * edge)
    y = (air.down * (1 + 2 * edge) + layer.velocity[1] * pace) % (1 + 2 * edge)
    turn = layer.turn * (2 * air.turn - 1) + layer.spin * (2 * air.spin - 1) * seconds
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    axes = np.array([[cos, -sin], [sin, cos]]) * (size * height)
    return _Pieces(
        at=np.stack([x - edge + swing, y - edge], axis=-1) * height,
        axes=np.moveaxis(axes, -1, 0),
        opacity=layer.opacity * (0.55 + 0.45 * air.near),
    )


def _is_plain(shape: AnyShape) -> bool:
    return isinstance(shape.fill, str) and not shape.stroke and not shape.mirror


@dataclass(frozen=True, eq=False)
class _Flock:
    """One shape of all pieces, and the colours that they take in turn instead of its own."""

    shape: AnyShape
    pieces: _Pieces
    colours: tuple[str, ...]

    def lines(self) -> list[list[Line]]:
        """The outlines of every piece in pixels."""
        traced = [
            (np.einsum("nij,kj->nki", self.pieces.axes, line.points), line.closed)
            for line in outlines(self.shape)
        ]
        return [
            [(points[number] + at, closed) for points, closed in traced]
            for number, at in enumerate(self.pieces.at)
        ]


def _paint_together(canvas: Pixels, flock: _Flock, free: Floats | None) -> None:
    """All pieces on one cover, which is blended once."""
    lines = flock.lines()
    cover = _cover(flock, lines, (canvas.shape[1], canvas.shape[0]))
    sigma = flock.shape.soft * flock.pieces.scale / 2
    if sigma > 0.3:
        cover = cast("Pixels", cv2.GaussianBlur(cover, (0, 0), sigma))
    share = cover * np.float32(1 / 255)
    if free is not None:
        share *= free
    colour = _colours(flock, lines, (canvas.shape[1], canvas.shape[0]))
    canvas[...] = blended(canvas, colour, share, flock.shape.blend)


def _cover(flock: _Flock, lines: Sequence[list[Line]], size_wh: tuple[int, int]) -> Pixels:
    """How much of every pixel the pieces cover, with four samples where a picture is small."""
    samples = 2 if size_wh[0] * size_wh[1] <= _SMALL else 1
    cover = np.zeros((size_wh[1] * samples, size_wh[0] * samples), np.uint8)
    values = (flock.pieces.opacity * (255 * flock.shape.opacity) + 0.5).astype(int).tolist()
    for piece, value in zip(lines, values, strict=True):
        scaled = [(points * samples, closed) for points, closed in piece]
        draw_lines(cover, scaled, 0.0, value, smooth=samples == 1)
    if samples == 1:
        return cover
    return cast("Pixels", cv2.resize(thinned(cover), size_wh, interpolation=cv2.INTER_AREA))


def _colours(flock: _Flock, lines: Sequence[list[Line]], size_wh: tuple[int, int]) -> Pixels:
    """The colour of the piece that is at a pixel, where one is."""
    picture = plain(cast("str", flock.shape.fill), size_wh)
    if flock.colours:
        for number, piece in enumerate(lines):
            colour = rgb_of(flock.colours[number % len(flock.colours)])
            for points, _ in piece:
                around = [np.rint(points).astype(np.int32)]
                cv2.fillPoly(picture, around, colour)
                cv2.polylines(picture, around, True, colour, 3)
    return picture
