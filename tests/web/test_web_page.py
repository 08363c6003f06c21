"""The page: a photo and a task go in, the result is drawn."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.painting import Style

ROOT = Path(__file__).parents[2]
ENTRIES = Bundle.open(ROOT / "mobile_assets").manifest.models
UNLISTED = {"style-prediction", "super-resolution"}
TASKS = [entry.spec.id for entry in ENTRIES if entry.spec.kind not in UNLISTED]
# LiteRT.js tells the console, as errors, what it does and what a machine without a GPU lacks.
EXPECTED = re.compile(r"^(INFO|WARNING): |WebGPU|GPU adapter")


class Demo:
    """The page, opened, and what its console said."""

    def __init__(self, page: Any, origin: str) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(f"{origin}/web/index.html")

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            self.said.append(message.text)

    def done(self, text: str) -> None:
        self.page.wait_for_selector(f'body[data-done="{text}"]', timeout=60_000)

    def picture(self, name: str) -> None:
        """A screenshot in the folder ``WEB_SCREENSHOTS``, if that is set."""
        if os.environ.get("WEB_SCREENSHOTS"):
            folder = Path(os.environ["WEB_SCREENSHOTS"])
            self.page.screenshot(path=folder / f"{name}.png", full_page=True)


@pytest.fixture
def demo(web: Any) -> Iterator[Demo]:
    page = web.new_page(viewport={"width": 1200, "height": 900})
    yield Demo(page, web.origin)
    page.close()


def test_every_task_on_a_sample_photo(demo: Demo) -> None:
    demo.done("astronaut.png portrait-segmentation")
    for task in TASKS:
        demo.page.check(f'input[value="{task}"]')
        demo.done(f"astronaut.png {task}")
        demo.picture(task)
        assert demo.page.inner_text("#status") == "astronaut.png, 512 x 512"
        assert demo.page.inner_text("#findings").strip()
        assert demo.page.locator("#times tr").count() == 5
        assert "litert.js" in demo.page.inner_text("#from")
    assert demo.said == []


def test_what_is_found_is_said(demo: Demo) -> None:
    demo.done("astronaut.png portrait-segmentation")
    demo.page.check('input[value="object-detection"]')
    demo.done("astronaut.png object-detection")
    assert "person" in demo.page.inner_text("#findings")
    demo.page.check('input[value="face-detection-short"]')
    demo.done("astronaut.png face-detection-short")
    demo.page.click('#samples button:has(img[alt="china"])')
    demo.done("china.jpg face-detection-short")
    assert demo.page.inner_text("#findings").strip() == "No face."
    assert demo.said == []


# What is on the canvas, row by row.
DRAWN = """() => {
  const { width, height } = document.getElementById('canvas');
  const context = document.getElementById('canvas').getContext('2d');
  const { data } = context.getImageData(0, 0, width, height);
  return [height, width, [...data.filter((_, i) => i % 4 !== 3)]];
}"""


def test_how_strong_a_style_is_and_in_whose_colours(demo: Demo, samples: Path) -> None:
    page, photo = demo.page, samples / "astronaut.png"
    demo.done("astronaut.png portrait-segmentation")
    assert not page.is_visible("#strength")
    page.check('input[value="style-transfer"]')
    demo.done("astronaut.png style-transfer")
    for field, value in (("#strength", 0.4), ("#keep-colours", True), ("#strength", 0.75)):
        page.evaluate("delete document.body.dataset.done")
        if value is True:
            page.check(field)
        else:
            page.fill(field, str(value))
        demo.done("astronaut.png style-transfer")
        strength, keep = page.input_value("#strength"), page.is_checked("#keep-colours")
        assert page.inner_text("#strength-number") == strength
        height, width, levels = page.evaluate(DRAWN)
        there = np.array(levels, np.uint8).reshape(height, width, 3)
        style = Style(strength=float(strength), keep_colours=keep)
        here = Lens().style(photo, style).value.pixels
        assert np.abs(here.astype(int) - there).mean() < 0.01
    demo.picture("style")
    assert page.get_by_label("Keep the photo's colours").is_checked()
    assert page.get_by_label("How strong").input_value() == "0.75"
    page.check('input[value="style-transfer-any"]')
    demo.done("astronaut.png style-transfer-any")
    assert page.is_visible("#strength")
    assert demo.said == []


def test_an_own_photo_and_the_run_that_is_saved(demo: Demo, samples: Path) -> None:
    demo.done("astronaut.png portrait-segmentation")
    demo.page.set_input_files("#photo", samples / "rocket.jpg")
    demo.done("rocket.jpg portrait-segmentation")
    with demo.page.expect_download() as download:
        demo.page.click("#dump")
    content = Path(download.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        dump = json.loads(archive.read("dump.json"))
    assert (dump["photo"], dump["model"]) == ("rocket.jpg", "portrait-segmentation")
    assert demo.said == []


def test_what_is_no_photo_is_said_and_the_page_goes_on(demo: Demo) -> None:
    demo.done("astronaut.png portrait-segmentation")
    wrong = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no photo"}
    demo.page.set_input_files("#photo", wrong)
    demo.page.wait_for_selector("#status.wrong")
    assert "not a picture that this browser decodes" in demo.page.inner_text("#status")
    demo.picture("wrong")
    demo.page.click('#samples button:has(img[alt="obama"])')
    demo.done("obama.jpg portrait-segmentation")
    assert not demo.page.locator("#status.wrong").count()


def test_by_keyboard_alone(demo: Demo) -> None:
    demo.done("astronaut.png portrait-segmentation")
    demo.page.focus('#samples button:has(img[alt="obama"])')
    demo.page.keyboard.press("Enter")
    demo.done("obama.jpg portrait-segmentation")
    demo.page.focus('input[value="portrait-segmentation"]')
    demo.page.keyboard.press("ArrowDown")
    demo.done(f"obama.jpg {TASKS[TASKS.index('portrait-segmentation') + 1]}")


def test_a_bundle_that_is_not_there_is_said(demo: Demo, web: Any) -> None:
    with web.with_files({"/manifest.json": None}):
        demo.page.reload()
        demo.page.wait_for_selector("#status.wrong")
    assert "there is no manifest.json" in demo.page.inner_text("#status")


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1200), ("light", 390)])
def test_dark_and_small(scheme: str, width: int, web: Any) -> None:
    page = web.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    demo = Demo(page, web.origin)
    demo.done("astronaut.png portrait-segmentation")
    page.check('input[value="face-landmarks"]')
    demo.done("astronaut.png face-landmarks")
    demo.picture(f"{scheme}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
