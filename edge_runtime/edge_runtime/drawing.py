"""Results painted on the photo: lines that scale with it, labels that can be read."""

from __future__ import annotations

import colorsys
import zlib
from typing import TYPE_CHECKING, TypeAlias, cast

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_runtime.results import Face, Faces, Labels, Objects

    Pixels: TypeAlias = NDArray[np.uint8]
    Colour: TypeAlias = tuple[int, int, int]

ACCENT = (46, 204, 163)
POINT = (255, 214, 74)
SMILE = (255, 176, 46)
_SHIFT = 3  # OpenCV draws at eighths of a pixel


def draw_faces(rgb: Pixels, value: Faces) -> Pixels:
    """Boxes with their scores, and the six points."""
    canvas = rgb.copy()
    for face in value.faces:
        draw_box(canvas, face.box_xyxy, ACCENT)
        for point in face.points.values():
            draw_dot(canvas, point, POINT, 1.6)
    return _labelled(canvas, [(f"{f.score:.0%}", f.box_xyxy, ACCENT) for f in value.faces])


def draw_landmarks(rgb: Pixels, value: Faces) -> Pixels:
    """The 468 points of each face."""
    canvas = rgb.copy()
    for face in value.faces:
        if face.landmarks is not None:
            size = (face.box_xyxy[2] - face.box_xyxy[0]) / 180
            for x, y, _ in face.landmarks:
                draw_dot(canvas, (float(x), float(y)), ACCENT, size / _weight(canvas))
    return canvas


def draw_smiles(rgb: Pixels, value: Faces) -> Pixels:
    """Boxes with the probability of a smile, as a number and a bar below."""
    canvas = rgb.copy()
    for face in value.faces:
        draw_box(canvas, face.box_xyxy, _smile_colour(face))
        _bar(canvas, face)
    labels = [(_smile_text(f), f.box_xyxy, _smile_colour(f)) for f in value.faces]
    return _labelled(canvas, labels)


def draw_objects(rgb: Pixels, value: Objects) -> Pixels:
    """Boxes with their class and score; a class always has the same colour."""
    canvas = rgb.copy()
    found = [
        (f"{o.label} {o.score:.0%}", o.box_xyxy, colour_of(o.label)) for o in value.objects
    ]
    for _, box, colour in reversed(found):
        draw_box(canvas, box, colour)
    return _labelled(canvas, found)


def draw_labels(rgb: Pixels, value: Labels) -> Pixels:
    """The best labels, one below the other, in the lower left corner."""
    picture = Image.fromarray(rgb)
    font = font_for(rgb)
    lines = [f"{found.score:.0%}  {found.label.split(',')[0]}" for found in value.labels]
    step = round(font.size * 1.5)
    top = rgb.shape[0] - step * len(lines) - step // 3
    for number, line in enumerate(lines):
        draw_plate(picture, line, (step // 3, top + step * number), (30, 34, 42), font)
    return np.asarray(picture)


def contact_sheet(
    tiles: Sequence[tuple[str, Pixels]], columns: int, width: int = 320
) -> Pixels:
    """Pictures side by side, each ``width`` wide, with a caption."""
    fitted = [(text, _scaled(pixels, width)) for text, pixels in tiles]
    high = max(pixels.shape[0] for _, pixels in fitted)
    font = _sized(max(12, width // 20))
    row = high + round(font.size * 1.8)
    rows = -(-len(fitted) // columns)
    sheet = Image.new("RGB", (columns * (width + 8) + 8, rows * (row + 8) + 8), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (text, pixels) in enumerate(fitted):
        x, y = 8 + number % columns * (width + 8), 8 + number // columns * (row + 8)
        sheet.paste(Image.fromarray(pixels), (x, y))
        pen.text((x, y + pixels.shape[0] + 2), text, "black", font=font)
    return np.asarray(sheet)


def _scaled(pixels: Pixels, width: int) -> Pixels:
    height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
    scaled = cv2.resize(pixels[..., :3], (width, height), interpolation=cv2.INTER_AREA)
    return cast("Pixels", scaled)


def _weight(canvas: Pixels) -> float:
    """The width of a line, from the size of the photo."""
    return max(1.0, float(min(canvas.shape[0], canvas.shape[1])) / 300)


def _eighths(value: float) -> int:
    return round(value * (1 << _SHIFT))


def draw_box(canvas: Pixels, box_xyxy: tuple[float, ...], colour: Colour) -> None:
    """A box in place, with a dark seam that can be seen on any ground."""
    x0, y0, x1, y1 = map(_eighths, box_xyxy)
    thick = round(_weight(canvas))
    for shade, width in (((0, 0, 0), thick + 2), (colour, thick)):
        cv2.rectangle(canvas, (x0, y0), (x1, y1), shade, width, cv2.LINE_AA, _SHIFT)


def draw_dot(canvas: Pixels, point: tuple[float, float], colour: Colour, size: float) -> None:
    """A dot in place; ``size`` is its radius in widths of a line."""
    centre = (_eighths(point[0]), _eighths(point[1]))
    radius = _eighths(max(0.8, size * _weight(canvas)))
    cv2.circle(canvas, centre, radius, colour, -1, cv2.LINE_AA, _SHIFT)


def _bar(canvas: Pixels, face: Face) -> None:
    x0, _, x1, y1 = face.box_xyxy
    share = x0 + (x1 - x0) * (face.smile or 0.0)
    height = 3 * _weight(canvas)
    for end, colour in ((x1, (60, 60, 60)), (share, SMILE)):
        corner = (round(end), round(y1 + 2 * height))
        cv2.rectangle(canvas, (round(x0), round(y1 + height)), corner, colour, -1)


def _smile_text(face: Face) -> str:
    return f"smile {face.smile or 0.0:.0%}"


def _smile_colour(face: Face) -> Colour:
    return SMILE if (face.smile or 0.0) >= 0.5 else (150, 170, 190)


def colour_of(name: str) -> Colour:
    """The colour of a class, always the same."""
    hue = zlib.crc32(name.encode()) % 360 / 360
    red, green, blue = colorsys.hls_to_rgb(hue, 0.62, 0.75)
    return round(255 * red), round(255 * green), round(255 * blue)


def font_for(rgb: Pixels) -> ImageFont.FreeTypeFont:
    """A font that can be read on a picture of that size."""
    return _sized(max(11, min(rgb.shape[:2]) // 28))


def _sized(size: int) -> ImageFont.FreeTypeFont:
    """The font that is inside Pillow."""
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))


def _labelled(
    canvas: Pixels, labels: Sequence[tuple[str, tuple[float, ...], Colour]]
) -> Pixels:
    picture = Image.fromarray(canvas)
    font = font_for(canvas)
    for text, box, colour in reversed(labels):
        draw_plate(
            picture, text, (round(box[0]), round(box[1] - font.size * 1.4)), colour, font
        )
    return np.asarray(picture)


def plate_size_wh(text: str, font: ImageFont.FreeTypeFont) -> tuple[int, int]:
    """Width and height of a text's plate, in pixels."""
    return round(font.getlength(text)) + 2 * round(font.size * 0.3), round(font.size * 1.4)


def draw_plate(
    picture: Image.Image,
    text: str,
    corner: tuple[int, int],
    colour: Colour,
    font: ImageFont.FreeTypeFont,
) -> None:
    """Text on a plate of its own, moved so that all of it is inside the picture."""
    pad = round(font.size * 0.3)
    wide, high = plate_size_wh(text, font)
    x = max(0, min(corner[0], picture.width - wide))
    y = max(0, min(corner[1], picture.height - high))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((x, y, x + wide, y + high), pad, fill=colour)
    dark = 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2] > 120
    pen.text((x + pad, y + high / 2), text, "black" if dark else "white", font, "lm")
