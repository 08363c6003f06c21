"""Boxes around what was cut out, and what it is, painted on the cut-out itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from edge_runtime.drawing import colour_of, draw_plate, font_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

Mark: TypeAlias = tuple[str, tuple[float, float, float, float]]


def marked(pixels: Pixels, marks: Sequence[Mark], *, boxes: bool, names: bool) -> Pixels:
    """A picture uint8 [H, W, 3 or 4] with these marks (a label, and its box x0, y0, x1, y1 in
    pixels), the first on top; what is painted covers, where the picture is transparent too.
    """
    if not marks or not (boxes or names):
        return pixels
    picture, font = Image.fromarray(pixels), font_for(pixels)
    for label, box in reversed(marks):
        if boxes:
            _box(picture, box, colour_of(label))
    for label, (left, top, *_) in reversed(marks):
        if names:
            corner = (round(left), round(top - font.size * 1.4))
            draw_plate(picture, label, corner, colour_of(label), font)
    return np.asarray(picture)


def _box(
    picture: Image.Image, box: tuple[float, float, float, float], colour: tuple[int, int, int]
) -> None:
    """All of it inside the picture, with a dark seam that can be seen on any ground."""
    last = (picture.width - 1, picture.height - 1)
    x0, y0 = (round(min(max(at, 0), end)) for at, end in zip(box[:2], last, strict=True))
    x1, y1 = (round(min(max(at, 0), end)) for at, end in zip(box[2:], last, strict=True))
    wide = max(2, min(picture.size) // 200)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((x0, y0, max(x0, x1), max(y0, y1)), outline="black", width=wide + 2)
    inner = (x0 + 1, y0 + 1, max(x0 + 1, x1 - 1), max(y0 + 1, y1 - 1))
    pen.rectangle(inner, outline=colour, width=wide)
