"""What was read in a photo, and what is said of it, painted on the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
from PIL import Image, ImageFont

from edge_runtime.drawing import ACCENT, draw_plate, font_for, plate_size_wh

if TYPE_CHECKING:
    from edge_runtime.drawing import Pixels
    from edge_runtime.results import Caption, Text, TextLine

_DARK = (30, 34, 42)
_SHIFT = 3  # OpenCV draws at eighths of a pixel
_EDGE = (12, 120, 92)
_INK = 0.28  # how much of a marked pixel is the pen's


def draw_text(rgb: Pixels, value: Text) -> Pixels:
    """Each line marked as with a pen, and its number in the order of reading before it."""
    corners = [
        (np.array(line.polygon) * (1 << _SHIFT)).round().astype(np.int32)
        for line in value.lines
    ]
    marked = rgb.copy()
    for each in corners:
        cv2.fillPoly(marked, [each], ACCENT, cv2.LINE_AA, _SHIFT)
    canvas = np.asarray(cv2.addWeighted(marked, _INK, rgb, 1 - _INK, 0), np.uint8)
    thick = max(1, round(min(rgb.shape[:2]) / 600))
    cv2.polylines(canvas, corners, True, _EDGE, thick, cv2.LINE_AA, _SHIFT)
    picture = Image.fromarray(canvas)
    for number, line in enumerate(value.lines, 1):
        _number(picture, number, line)
    return np.asarray(picture)


def draw_caption(rgb: Pixels, value: Caption) -> Pixels:
    """The sentence at the lower edge, in as many lines as it takes."""
    picture = Image.fromarray(rgb)
    font = font_for(rgb)
    lines = _wrapped(value.text, font, 0.9 * rgb.shape[1])
    step = round(font.size * 1.5)
    top = rgb.shape[0] - step * len(lines) - step // 3
    for number, line in enumerate(lines):
        draw_plate(picture, line, (step // 3, top + step * number), _DARK, font)
    return np.asarray(picture)


def _number(picture: Image.Image, number: int, line: TextLine) -> None:
    """A small plate before the beginning of a line, on its middle."""
    begin, end, _, below = (np.array(point) for point in line.polygon)
    size = max(8, round(float(np.linalg.norm(below - begin)) * 0.45))
    font = cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))
    wide, high = plate_size_wh(str(number), font)
    along = (end - begin) / max(float(np.linalg.norm(end - begin)), 1.0)
    middle = (begin + below) / 2 - along * (wide / 2 + 1)
    corner = round(float(middle[0]) - wide / 2), round(float(middle[1]) - high / 2)
    draw_plate(picture, str(number), corner, _EDGE, font)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """A sentence in lines that fit, broken between words."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
