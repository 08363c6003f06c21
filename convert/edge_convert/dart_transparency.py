"""What becomes of transparency in Python, for the unit tests of the Dart package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.images import Photo
from edge_runtime.transparency import on_white, resized_alpha, shown, thinned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

LARGE_WH = ((7, 5), (14, 10), (28, 20), (9, 4))


def transparency_rows(rgb: Pixels) -> Iterator[dict[str, Any]]:
    """A photo uint8 [H, W, 3] as opaque as its greens say, the lowest not at all, the highest
    wholly: alone, on white, cut out with its reds as a mask, and its alpha at other sizes."""
    alpha = np.clip(rgb[..., 1].astype(int) * 2 - 128, 0, 255).astype(np.uint8)
    photo = Photo(rgb=rgb, alpha=alpha)
    for size_wh in LARGE_WH:
        yield {
            "size": [rgb.shape[1], rgb.shape[0]],
            "alpha": _hex(alpha),
            "shown": _hex(shown(photo)),
            "on_white": _hex(on_white(rgb, alpha)),
            "thinned": _hex(thinned(np.dstack([rgb, rgb[..., 0]]), alpha)[..., 3]),
            "large": list(size_wh),
            "pixels": _hex(resized_alpha(alpha, size_wh)),
        }


def _hex(pixels: Pixels) -> str:
    return pixels.tobytes().hex()
