"""Makes the page's pictures: a small photo of each style, and photos to begin with.

``python server/web/pictures.py`` writes them into ``server/edge_server/web``.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from edge_runtime import Lens
from edge_runtime.images import Photo
from edge_runtime.outputs import write_bytes
from edge_runtime.painting import Style

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "calibration" / "data" / "samples"
INTO = ROOT / "server" / "edge_server" / "web"
STYLES, COLUMNS, SIDE = 26, 13, 96
PAINTED = 256
SHOWN = ("astronaut.png", "coffee.png", "chelsea.png")


def write_all(into: Path = INTO) -> None:
    """``styles.webp`` and ``samples/*.webp``."""
    write_bytes(into / "styles.webp", _webp(styles(), 60))
    for name in SHOWN:
        with Image.open(SAMPLES / name) as opened:
            content = _webp(opened.convert("RGB"), 70)
        write_bytes((into / "samples" / name).with_suffix(".webp"), content)


def styles() -> Image.Image:
    """Every learnt style on a cat, ``COLUMNS`` in a row, each ``SIDE`` pixels wide."""
    with Image.open(SAMPLES / "chelsea.png") as opened:
        cat = opened.convert("RGB").crop((75, 0, 375, 300))
    photo = Photo(np.asarray(cat.resize((PAINTED, PAINTED), Image.Resampling.LANCZOS)))
    lens, sheet = Lens(), Image.new("RGB", (SIDE * COLUMNS, SIDE * (STYLES // COLUMNS)))
    for number in range(STYLES):
        painted = lens.style(photo, Style(mix=str(number))).value.pixels
        tile = Image.fromarray(painted).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        sheet.paste(tile, (SIDE * (number % COLUMNS), SIDE * (number // COLUMNS)))
    return sheet


def _webp(image: Image.Image, quality: int) -> bytes:
    content = BytesIO()
    image.save(content, "WEBP", quality=quality, method=6)
    return content.getvalue()


if __name__ == "__main__":
    write_all()
