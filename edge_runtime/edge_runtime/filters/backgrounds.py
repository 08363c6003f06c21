"""What stands behind the person: a backdrop of words with scenery, painted once for a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_runtime.backdrops import backdrop
from edge_runtime.filters.anchors import flat_anchor
from edge_runtime.filters.shapes import Brush, paint_art

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.filters.art import Art
    from edge_runtime.filters.recipe import Background, Scenery

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

_KEPT = 4  # pictures
_KEPT_PIXELS = 4_000_000  # of each: larger ones are photos, which come one at a time


class Backdrops:
    """Paints backgrounds, and keeps the last few."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Background, tuple[int, int]], Pixels] = {}

    def of(self, layer: Background, art: Mapping[str, Art], size_wh: tuple[int, int]) -> Pixels:
        """The background uint8 [h, w, 3] of a size, not to be written to."""
        key = layer, size_wh
        known = self._kept.get(key)
        if known is None:
            known = painted(layer, art, size_wh)
            if size_wh[0] * size_wh[1] <= _KEPT_PIXELS:
                while len(self._kept) >= _KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = known
        return known


def painted(layer: Background, art: Mapping[str, Art], size_wh: tuple[int, int]) -> Pixels:
    """A backdrop with its scenery: uint8 [h, w, 3]."""
    rgb = backdrop([word.strip() for word in layer.words.split(",")], size_wh)
    for scenery in layer.scenery:
        paint_scenery(rgb, art[scenery.art], scenery, None)
    return rgb


def paint_scenery(canvas: Pixels, art: Art, layer: Scenery, free: Floats | None) -> None:
    """One piece of art on uint8 [H, W, 3] in place, where ``free`` (float32 [H, W]) says."""
    height, width = canvas.shape[:2]
    at = (layer.at[0] * width, layer.at[1] * height)
    anchor = flat_anchor(at, layer.size * height, layer.turn)
    paint_art(canvas, art, Brush(anchor=anchor, opacity=layer.opacity, free=free))
