"""One picture of everything: areas, on them outlines and points, texts where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from PIL import Image

from edge_runtime.drawing import POINT, draw_box, draw_dot, draw_plate, font_for, plate_size_wh
from edge_server.analysis.marks import area, marks_of
from edge_server.analysis.plates import Room

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from PIL.ImageFont import FreeTypeFont

    from edge_server.analysis.findings import Finding
    from edge_server.analysis.marks import Marks, Tag

    Pixels: TypeAlias = NDArray[np.uint8]

_TINT = 0.4
_NOTE = (30, 34, 42)
_LONGEST = 48


def annotated(rgb: Pixels, findings: Mapping[str, Finding]) -> Pixels:
    """The photo, uint8 [H, W, 3], with all that can be painted of the findings."""
    marks = marks_of(findings)
    canvas = rgb.copy()
    _tint(canvas, marks)
    # The largest first: what is small is not painted over.
    tags = sorted(marks.tags, key=lambda tag: -area(tag.box))
    for tag in tags:
        _outline(canvas, tag)
    weight = max(1.0, min(rgb.shape[:2]) / 300)
    for x, y, width in marks.dots:
        draw_dot(canvas, (x, y), POINT, min(1.6, width / 90 / weight))
    return _written(canvas, tags, marks.notes)


def _tint(canvas: Pixels, marks: Marks) -> None:
    for mask, colour in marks.areas:
        if mask.shape == canvas.shape[:2]:
            tinted = canvas[mask] * (1 - _TINT) + np.array(colour) * _TINT
            canvas[mask] = tinted.astype(np.uint8)


def _outline(canvas: Pixels, tag: Tag) -> None:
    if not tag.polygon:
        draw_box(canvas, tag.box, tag.colour)
        return
    corners = np.array(tag.polygon).round().astype(np.int32)
    thick = max(1, min(canvas.shape[:2]) // 500)
    cv2.polylines(canvas, [corners], isClosed=True, color=tag.colour, thickness=thick)


def _written(canvas: Pixels, tags: Sequence[Tag], notes: Sequence[str]) -> Pixels:
    picture, font = Image.fromarray(canvas), font_for(canvas)
    room = Room((picture.width, picture.height), [tag.box for tag in tags])
    # A line's text can be read where it stands, if no other's is painted over it.
    lines = [tag.box for tag in tags if tag.kind == "line"]
    # The smallest things first: they have the fewest places for their plates.
    for tag in reversed(tags):
        text = _short(_caption(tag))
        spare = lines if tag.kind == "line" else ()
        place = room.beside(tag.box, plate_size_wh(text, font), spare) if text else None
        if place is not None:
            draw_plate(picture, text, (round(place[0]), round(place[1])), tag.colour, font)
    _write_notes(picture, room, [_short(note) for note in notes], font)
    return np.asarray(picture)


def _caption(tag: Tag) -> str:
    """All that is said of it; that it is a face is left out where the rest fills the plate."""
    text = " · ".join(tag.texts)
    if tag.kind != "face" or len(text) <= _LONGEST:
        return text
    return " · ".join(part for part in tag.texts if not part.startswith("face ")) or text


def _write_notes(
    picture: Image.Image, room: Room, notes: Sequence[str], font: FreeTypeFont
) -> None:
    """All of them one below the other in one corner."""
    if not notes:
        return
    step = round(font.size * 1.5)
    wide = max(plate_size_wh(note, font)[0] for note in notes)
    place = room.corner((wide, step * len(notes)), step // 3)
    if place is None:
        return
    for number, note in enumerate(notes):
        corner = round(place[0]), round(place[1]) + step * number
        draw_plate(picture, note, corner, _NOTE, font)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
