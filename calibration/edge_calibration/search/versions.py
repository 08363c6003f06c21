"""More photos out of few: each as it is and changed in ways that a report names.

A model is sure of a well lit portrait whatever is done to its weights.  What quantisation
spoils first is what it is not sure of: small faces, dark photos, several people at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Photograph: TypeAlias = tuple[str, Pixels]

VERSIONS = ("mirrored", "small", "smaller", "tiny", "dark", "together")
MILD = ("mirrored", "small", "dark")  # for what is not meant to find small things
SMALL = {"small": 0.6, "smaller": 0.4, "tiny": 0.2}  # of the side, amid its mean colour
DARK = 0.3
SHEET = 576  # side in pixels of several photos together
ROWS = (2, 3, 4)  # of a sheet, which has as many columns


def versions(
    photos: Sequence[Photograph], ways: Collection[str] = VERSIONS
) -> Iterator[Photograph]:
    """Each photo (uint8 [H, W, 3]) as it is and in those ways: changed, or together with
    others on sheets.

    A name says what was done: ``astronaut, small``.
    """
    for i, (name, rgb) in enumerate(photos):
        yield name, rgb
        if "mirrored" in ways:
            yield f"{name}, mirrored", np.ascontiguousarray(rgb[:, ::-1])
        for how in (how for how in SMALL if how in ways):
            yield f"{name}, {how}", _small(rgb, SMALL[how])
        if "dark" in ways:
            yield f"{name}, dark", (rgb * DARK).astype(np.uint8)
        for rows in ROWS if "together" in ways else ():
            others = [photos[(i + j) % len(photos)][1] for j in range(rows**2)]
            yield f"{name}, {rows**2} together", _sheet(others, rows)


def _small(rgb: Pixels, scale: float) -> Pixels:
    height, width = (max(1, round(scale * side)) for side in rgb.shape[:2])
    canvas = np.empty_like(rgb)
    canvas[:] = rgb.mean(axis=(0, 1)).astype(np.uint8)
    top, left = (rgb.shape[0] - height) // 2, (rgb.shape[1] - width) // 2
    canvas[top : top + height, left : left + width] = _resized(rgb, width, height)
    return canvas


def _sheet(several: Sequence[Pixels], rows: int) -> Pixels:
    side = SHEET // rows
    tiles = [_resized(rgb, side, side) for rgb in several]
    return np.vstack([np.hstack(tiles[i : i + rows]) for i in range(0, rows**2, rows)])


def _resized(rgb: Pixels, width: int, height: int) -> Pixels:
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR))
