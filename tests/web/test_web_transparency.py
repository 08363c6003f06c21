"""What becomes of a photo's transparency in Chromium, against Python."""

from __future__ import annotations

import base64
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.filters import Filter
from edge_runtime.images import open_photo
from edge_runtime.painting import Style

ROOT = Path(__file__).parents[2]
BUNDLE = Bundle.open(ROOT / "mobile_assets")

DECODE = """async (web, photo) => {
  const { width, height, alpha } = await web.lib.openPhoto(web.bytes(photo));
  return alpha ? web.packed({ shape: [height, width], data: alpha }) : null;
}"""
PREDICT = """async (web, [model, photo, request]) => {
  window.lens ??= await web.opened();
  const { value } = await window.lens.predict(model, web.bytes(photo), request);
  const { width, height, data, alpha } = value.pixels;
  return [web.packed({ shape: [height, width, 3], data }),
    alpha ? web.packed({ shape: [height, width], data: alpha }) : null];
}"""
RETOUCH = """async (web, [task, what, photo]) => {
  window.lens ??= await web.opened();
  const library = await web.lib.Library.open(web.lib.fetcher("/"));
  const retoucher = new web.lib.Retoucher(window.lens, library);
  const { width, height, data } = (await retoucher[task](what, web.bytes(photo))).picture;
  return web.packed({ shape: [height, width, 4], data: new Uint8Array(data) });
}"""


@cache
def lens() -> Lens:
    return Lens(BUNDLE)


@cache
def faded(size: int) -> bytes:
    """A woman who fades away to the left, over noise that nobody is to see."""
    with Image.open(ROOT / "calibration/data/samples/astronaut.png") as image:
        rgb = np.asarray(image.convert("RGB").resize((size, size)))
    ramp = np.clip(np.arange(size) * 2048 // size - 384, 0, 255).astype(np.uint8)
    alpha = np.repeat(ramp[None], size, axis=0)
    noise = np.random.default_rng(1).integers(0, 256, rgb.shape, np.uint8)
    below = np.where(alpha[..., None] == 0, noise, rgb)
    return encoded(Image.fromarray(np.dstack([below, alpha])))


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    into = BytesIO()
    picture.save(into, format=kind, **options)
    return into.getvalue()


def sent(content: bytes) -> str:
    return base64.b64encode(content).decode()


def card(mode: str) -> Image.Image:
    rgba = np.random.default_rng(3).integers(0, 256, (9, 13, 4), np.uint8)
    return Image.fromarray(rgba, "RGBA").convert(mode)


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


@pytest.mark.parametrize(
    "content",
    [
        encoded(card("RGBA")),
        encoded(card("LA")),
        encoded(card("RGBA"), exif=turned()),
        encoded(card("RGB").quantize(16), transparency=bytes([0, 99, 255, 7])),
        encoded(card("RGB").quantize(200), transparency=5),
        encoded(card("RGB"), transparency=card("RGB").getpixel((4, 2))),
        encoded(card("L"), transparency=card("L").getpixel((4, 2))),
        encoded(card("1"), transparency=0),
        encoded(card("RGB"), transparency=card("RGB").getpixel((4, 2)), exif=turned()),
        encoded(card("RGBA"), "WEBP", lossless=True, exact=True),
        encoded(card("RGB")),
        encoded(card("RGB").convert("RGBA")),
        encoded(card("RGB"), "JPEG"),
    ],
    ids=[
        *("rgba", "grey", "turned", "palette", "colour"),
        *("one-of-rgb", "one-grey", "one-of-two", "one-turned"),
        *("webp", "rgb", "opaque", "jpeg"),
    ],
)
def test_alpha_is_pillows(content: bytes, web: Any, codec: Any) -> None:
    made, wanted = web.call(DECODE, sent(content)), open_photo(content).alpha
    assert (made is None) == (wanted is None)
    if wanted is not None:
        np.testing.assert_array_equal(codec.unpack(made), wanted)


@pytest.mark.parametrize(
    ("model", "size", "scale"),
    [
        ("super-resolution-compact", 60, 4),
        ("super-resolution-compact", 45, 2),
        ("style-transfer", 96, 1),
    ],
)
def test_a_picture_comes_out_as_transparent_as_pythons(
    model: str, size: int, scale: int, web: Any, codec: Any
) -> None:
    photo = open_photo(faded(size))
    request = {"scale": scale} if scale > 1 else {"mix": "3"}
    rgb, alpha = map(codec.unpack, web.call(PREDICT, [model, sent(faded(size)), request]))
    if scale > 1:
        here = lens().super_resolution(photo, scale).value.pixels
    else:
        here = lens().style(photo, Style(mix="3")).value.pixels
    assert here.shape == (scale * size, scale * size, 4)
    np.testing.assert_array_equal(alpha, here[..., 3])
    assert np.abs(rgb.astype(int) - here[..., :3]).mean() < 0.1


BEHIND = {
    "transparent": {"behind": "nothing"},
    "blur": {"behind": "blur"},
    "#00ff00": {"behind": "colour", "colour": "#00ff00"},
}


@pytest.mark.parametrize("background", BEHIND)
def test_a_person_is_before_the_same(background: str, web: Any, codec: Any) -> None:
    photo = open_photo(faded(192))
    assert photo.alpha is not None
    made = codec.unpack(
        web.call(RETOUCH, ["background", BEHIND[background], sent(faded(192))])
    ).astype(int)
    here = lens().background(photo, background).value.pixels.astype(int)
    alpha = here[..., 3] if here.shape[2] == 4 else np.full((192, 192), 255)
    if background == "blur":
        np.testing.assert_array_equal(made[..., 3], photo.alpha)
    assert np.abs(made[..., 3] - alpha).mean() < 0.5
    there = alpha > 128
    assert np.abs(made[there][:, :3] - here[there][:, :3]).mean() < 6
    if background == "#00ff00":
        assert (made[photo.alpha == 0] == (0, 255, 0, 255)).all()


@pytest.mark.parametrize("preset", ["cat", "sunny"])
def test_a_filter_shows_the_same(preset: str, web: Any, codec: Any) -> None:
    made = codec.unpack(web.call(RETOUCH, ["filter", preset, sent(faded(192))])).astype(int)
    here = Filter.preset(preset, BUNDLE.folder)(lens(), open_photo(faded(192))).value.pixels
    assert made[..., 3].min() == 255
    assert np.abs(made[..., :3] - here).mean() < 3
