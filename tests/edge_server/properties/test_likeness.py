from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edge_server.intake.upload import Exif
from edge_server.properties.likeness import likeness_of, measures

Screen = Callable[[str], NDArray[np.uint8]]
CAMERA = Exif(make="Canon", model="EOS")


def as_jpeg(rgb: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    content = BytesIO()
    Image.fromarray(rgb).save(content, "JPEG", quality=quality)
    return np.asarray(Image.open(content).convert("RGB"))


@pytest.mark.parametrize("kind", ["page", "list", "form"])
def test_a_screen_is_a_screenshot_as_png_as_jpeg_and_halved(kind: str, screen: Screen) -> None:
    rgb = screen(kind)
    half = cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    for picture, form in (
        (rgb, "png"),
        (as_jpeg(rgb, 80), "jpeg"),
        (as_jpeg(half, 85), "jpeg"),
    ):
        found = likeness_of(picture, Exif(), form)
        assert found.kind == "screenshot"
        assert found.confidence > 0.7


def test_photos_are_photos(photos: list[Path]) -> None:
    """None of them has EXIF or a format to go by; things on plain white are the hard ones."""
    found = []
    for path in photos:
        with Image.open(path) as image:
            found.append(likeness_of(np.asarray(image.convert("RGB")), Exif(), "jpeg").kind)
    assert found.count("photo") >= len(photos) - 3
    assert found.count("screenshot") <= 1


@pytest.mark.parametrize(
    "name", ["astronaut.png", "chelsea.png", "coffee.png", "motorcycle.png"]
)
def test_a_photo_saved_as_png_is_a_photo(
    name: str, sample: Callable[[str], NDArray[np.uint8]]
) -> None:
    assert likeness_of(sample(name), Exif(), "png").kind == "photo"


def test_a_camera_s_name_speaks_for_a_photo(screen: Screen) -> None:
    half = np.vstack(
        [
            screen("page")[:200],
            np.random.default_rng(0).integers(0, 255, (600, 390, 3), np.uint8),
        ]
    )
    plain, with_camera = (likeness_of(half, exif, "jpeg") for exif in (Exif(), CAMERA))
    assert with_camera.kind == "photo"
    assert with_camera.confidence > plain.confidence or plain.kind != "photo"


def test_where_neither_is_clear_it_is_unknown() -> None:
    grey = np.random.default_rng(1).integers(0, 40, (200, 300, 3)).astype(np.uint8)
    grey[:24] = 255
    shares = {
        likeness_of(
            np.vstack([np.full((rows, 300, 3), 255, np.uint8), grey]), Exif(), None
        ).kind
        for rows in (0, 60, 120, 240, 900)
    }
    assert shares == {"photo", "unknown", "screenshot"}


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2), (3, 1)])
def test_tiny_pictures_have_measures(size: tuple[int, int]) -> None:
    found = measures(np.zeros((*size, 3), np.uint8))
    assert all(0 <= value <= 1 for value in found)
