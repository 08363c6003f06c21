from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.results import Caption, Text, TextLine
from edge_runtime.writing_drawn import draw_caption, draw_text

GREY = np.full((200, 300, 3), 128, np.uint8)


def line(*polygon: tuple[float, float], text: str = "text") -> TextLine:
    return TextLine(text=text, confidence=1.0, polygon=polygon, angle=0.0)


LEVEL = line((60, 50), (200, 50), (200, 80), (60, 80))


def test_lines_are_marked_and_numbered() -> None:
    drawn = draw_text(
        GREY, Text(lines=(LEVEL, line((60, 120), (150, 120), (150, 140), (60, 140))))
    )
    changed = (drawn != GREY).any(axis=2)
    assert changed[50:81, 60:201].all()
    assert changed[55:75, 45:58].any()  # the number
    assert not changed[:40].any()
    assert not changed[90:110].any()
    inside = drawn[60, 150].astype(int)
    assert inside[1] > inside[0]  # of the pen's colour, and what is below can be seen
    assert np.abs(inside - 128).max() < 60
    assert (GREY == 128).all()


@pytest.mark.parametrize(
    "value",
    [
        Text(lines=()),
        Text(lines=(line((0, 0), (0, 0), (0, 0), (0, 0)),)),
        Text(lines=(line((-40, -9), (900, 3), (900, 700), (-40, 700), text="漢字"),)),
        Text(lines=(line((50, 150), (50, 20), (70, 20), (70, 150)),) * 120, turn=270),
    ],
    ids=["nothing", "a point", "beyond the photo", "many"],
)
def test_any_text_can_be_drawn(value: Text) -> None:
    drawn = draw_text(GREY, value)
    assert drawn.shape == GREY.shape
    assert drawn.dtype == np.uint8
    assert (drawn != GREY).any() == bool(value.lines)


def test_a_caption_is_broken_into_lines_that_fit() -> None:
    short = (draw_caption(GREY, Caption(text="a cat")) != GREY).any(axis=2)
    long = (draw_caption(GREY, Caption(text="a cat on a mat " * 6)) != GREY).any(axis=2)
    assert short[-30:].any()
    assert not short[:-30].any()
    assert long.sum() > 3 * short.sum()
    assert not long[:, -2:].any()
