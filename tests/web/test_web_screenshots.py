"""What Chromium draws is told from photos, also with a photo in it."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_server.intake.upload import Exif
from edge_server.properties.likeness import likeness_of

SAMPLES = Path(__file__).parents[2] / "calibration" / "data" / "samples"
PHOTO = base64.b64encode((SAMPLES / "china.jpg").read_bytes()).decode()
TEXT = "<p>It was the best of days for a walk along the river, and we took the long way.</p>"
PAGES = {
    "an article": f"<main style='max-width:36em;margin:auto'><h1>A walk</h1>{TEXT * 9}</main>",
    "a chat with a photo": (
        "<body style='margin:0;background:#e5ddd5'><header style='background:#075e54;"
        "color:white;padding:18px'>Anna</header><section style='padding:14px'>"
        f"{TEXT}<img src='data:image/jpeg;base64,{PHOTO}' width=240>{TEXT}</section>"
    ),
    "a form": (
        "<form style='width:280px;margin:80px auto;font:16px sans-serif'><h2>Sign in</h2>"
        "<input placeholder=Email style='width:100%;padding:10px'><button style='padding:12px;"
        "background:#1877f2;color:white;border:0'>Go</button></form>"
    ),
}


# Where no row repeats the one above, little but the text speaks for a screen.
GRADIENT = (
    "<body style='background:linear-gradient(#667eea,#764ba2);color:white'>"
    f"<table border=1 width=90%>{'<tr><td>Item<td>137<td>EUR' * 14}</table>"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_s_picture_is_a_screenshot(name: str, scheme: str, web: Any) -> None:
    content = drawn(web, PAGES[name], scheme)
    with Image.open(io.BytesIO(content)) as image:
        found = likeness_of(np.asarray(image.convert("RGB")), Exif(), "png")
        image.convert("RGB").save(again := io.BytesIO(), "JPEG", quality=80)
    assert (found.kind, found.confidence > 0.9) == ("screenshot", True)
    saved = np.asarray(Image.open(again).convert("RGB"))
    assert likeness_of(saved, Exif(), "jpeg").kind == "screenshot"


def test_a_page_over_a_gradient_is_no_photo(web: Any) -> None:
    with Image.open(io.BytesIO(drawn(web, GRADIENT, "light"))) as image:
        found = likeness_of(np.asarray(image.convert("RGB")), Exif(), "png")
    assert found.kind != "photo"


def drawn(web: Any, content: str, scheme: str) -> bytes:
    """A phone's screen with that page, as PNG."""
    page = web.new_page(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, color_scheme=scheme
    )
    page.set_content(f"<meta name=color-scheme content='light dark'>{content}")
    picture: bytes = page.screenshot()
    page.close()
    return picture
