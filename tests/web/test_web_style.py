"""A painting in the photo's colours, or only in part: the browser's against Python's."""

from __future__ import annotations

import base64
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.images import open_photo
from edge_runtime.painting import Style, finished

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "calibration" / "data" / "samples"
BUNDLE = Bundle.open(ROOT / "mobile_assets")
PHOTOS = ("astronaut.png", "china.jpg")
FINISHES = ((1.0, True), (0.6, False), (0.35, True))

FINISH = """async (web, [photo, painted, finishes]) => {
  const [rgb, pixels] = [photo, painted].map(web.pixels);
  return finishes.map(([strength, keepColours]) => {
    const made = web.lib.finished(rgb, { pixels }, { strength, keepColours }).pixels;
    return web.packed({ shape: [made.height, made.width, 3], data: made.data });
  });
}"""
PAINT = """async (web, [model, photo, like, request]) => {
  window.lens ??= await web.opened();
  const style = like && { style: await web.lib.openPhoto(web.bytes(like)) };
  const { value, ms } = await window.lens.predict(
    model, web.bytes(photo), { ...request, ...style });
  const { width, height, data } = value.pixels;
  return { picture: web.packed({ shape: [height, width, 3], data }), ms };
}"""


@cache
def lens() -> Lens:
    return Lens(BUNDLE)


def content(name: str) -> str:
    return base64.b64encode((SAMPLES / name).read_bytes()).decode()


def apart(here: np.ndarray, there: np.ndarray) -> tuple[int, float]:
    """The largest and the mean difference in grey levels."""
    assert here.shape == there.shape
    away = np.abs(here.astype(int) - there)
    return int(away.max()), float(away.mean())


def kept(name: str, picture: np.ndarray) -> None:
    """In the folder ``WEB_SCREENSHOTS``, if that is set."""
    if os.environ.get("WEB_SCREENSHOTS"):
        Image.fromarray(picture).save(Path(os.environ["WEB_SCREENSHOTS"]) / f"{name}.png")


@pytest.mark.parametrize("photo", [*PHOTOS, "noise"])
def test_the_same_painting_is_finished_to_the_same_bytes(
    photo: str, web: Any, codec: Any
) -> None:
    if photo == "noise":  # every colour over every other, as far as 90,000 of them go
        rgb, painted = np.random.default_rng(7).integers(0, 256, (2, 300, 300, 3), np.uint8)
    else:
        rgb = open_photo(SAMPLES / photo).rgb
        painted = lens().style(SAMPLES / photo, Style(mix="7")).value.pixels
    finishes = [*FINISHES, (0.0, False), (0.05, True), (1.0, False)]
    made = web.call(FINISH, [codec.pack(rgb), codec.pack(painted), finishes])
    for (strength, keep), array in zip(finishes, made, strict=True):
        here = finished(rgb, painted, Style(strength=strength, keep_colours=keep))
        np.testing.assert_array_equal(codec.unpack(array), here)


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize(("strength", "keep"), FINISHES)
def test_a_learnt_style_is_pythons(
    photo: str, strength: float, keep: bool, web: Any, codec: Any
) -> None:
    mix = "3:0.5,12:0.5"
    request = {"mix": mix, "strength": strength, "keepColours": keep}
    made = web.call(PAINT, ["style-transfer", content(photo), "", request])
    there = codec.unpack(made["picture"])
    style = Style(mix=mix, strength=strength, keep_colours=keep)
    here = lens().style(SAMPLES / photo, style).value.pixels
    largest, mean = apart(here, there)
    kept(f"style-{Path(photo).stem}-{strength}-{keep}", there)
    assert largest <= 4  # 3, and 0.0015 on average: two runtimes sum up in another order
    assert mean <= 0.003


def test_a_picture_as_the_style_is_pythons(web: Any, codec: Any) -> None:
    photo, like = "astronaut.png", "flower.jpg"
    request = {"strength": 0.7, "keepColours": True}
    made = web.call(PAINT, ["style-transfer-any", content(photo), content(like), request])
    there = codec.unpack(made["picture"])
    style = Style(picture=open_photo(SAMPLES / like), strength=0.7, keep_colours=True)
    here = lens().style(SAMPLES / photo, style).value.pixels
    largest, mean = apart(here, there)
    kept("style-like-flower", there)
    assert largest <= 8  # 4, and 0.2 on average
    assert mean <= 0.4
