"""Photos, and pictures whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

DATA = Path(__file__).parents[3] / "calibration" / "data"


@cache
def _rgb(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture
def sample() -> Callable[[str], NDArray[np.uint8]]:
    return lambda name: _rgb(DATA / "samples" / name)


@pytest.fixture
def photos() -> list[Path]:
    """Forty photos of the evaluation set, spread over it."""
    return sorted((DATA / "evaluation").glob("*.jpg"))[::5]


@pytest.fixture
def smooth() -> NDArray[np.uint8]:
    """A gradient from corner to corner: no noise, no texture."""
    y, x = np.mgrid[0:480, 0:640].astype(np.float32)
    planes = [40 + x / 5, 60 + y / 6, 200 - (x + y) / 10]
    return np.dstack(planes).round().astype(np.uint8)


@pytest.fixture
def screen() -> Callable[[str], NDArray[np.uint8]]:
    """Screens drawn with real text: a page, a dark list, a form."""
    return _screen


def _screen(kind: str) -> NDArray[np.uint8]:
    dark = kind == "list"
    image = Image.new("RGB", (390, 844), (18, 18, 20) if dark else (250, 250, 252))
    draw = ImageDraw.Draw(image)
    ink = (235, 235, 235) if dark else (30, 30, 34)
    draw.rectangle((0, 0, 390, 60), fill=(24, 119, 242))
    draw.text((20, 20), "12:41   Messages", font=ImageFont.load_default(20), fill="white")
    for row in range(14):
        top = 80 + 52 * row
        if kind == "form":
            draw.rounded_rectangle((20, top, 370, top + 36), 8, outline=(200, 200, 200))
        if kind == "list":
            draw.ellipse((16, top, 52, top + 36), fill=(40 + 12 * row, 90, 160))
        text = f"{row + 1}. What a line of text looks like here"
        draw.text((64, top + 8), text, font=ImageFont.load_default(14), fill=ink)
    return np.asarray(image)
