"""Photos and camera frames to pixels, in Chromium."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from edge_runtime.bundle import Bundle
from edge_runtime.golden import difference, read_basics
from edge_runtime.images import open_photo

ROOT = Path(__file__).parents[2]
BUNDLE = Bundle.open(ROOT / "mobile_assets")
BASICS = read_basics(BUNDLE.folder)
SAMPLES = sorted((ROOT / "calibration" / "data" / "samples").glob("*.[jp][pn]g"))
DECODE = """async (web, photo) => {
  const { width, height, data } = await web.lib.openPhoto(web.bytes(photo));
  return web.packed({ shape: [height, width, 3], data });
}"""
FRAME = """async (web, { frame, planes }) => {
  const { width, height, layout } = frame;
  const bytes = planes.map(web.bytes);
  const [first] = bytes;
  const stride = (plane) => ({ rowStride: frame.row_strides[plane],
    pixelStride: frame.pixel_strides[plane] });
  const luma = width * height;
  const wide = (width + 1) >> 1;
  const chroma = wide * ((height + 1) >> 1);
  const inOne = {
    i420: () => [[0, width, 1], [luma, wide, 1], [luma + chroma, wide, 1]],
    nv21: () => [[0, width, 1], [luma + 1, 2 * wide, 2], [luma, 2 * wide, 2]],
  }[layout];
  const [y, u, v] = inOne
    ? inOne().map(([at, rowStride, pixelStride]) =>
        ({ data: first.subarray(at), rowStride, pixelStride }))
    : bytes.map((data, plane) => ({ data, ...stride(plane) }));
  const rgb = layout === 'bgra8888'
    ? web.lib.bgraToRgb(y, width, height)
    : web.lib.yuvToRgb({ width, height, y, u, v }, frame.span);
  const made = web.lib.upright(rgb, frame.rotation, frame.mirror);
  return web.packed({ shape: [made.height, made.width, 3], data: made.data });
}"""


@pytest.fixture(scope="module")
def decoded(web: Any, codec: Any) -> Callable[[bytes], np.ndarray]:
    def run(content: bytes) -> np.ndarray:
        made: np.ndarray = codec.unpack(web.call(DECODE, base64.b64encode(content).decode()))
        return made

    return run


@pytest.mark.parametrize("photo", BASICS.photos, ids=lambda photo: photo.photo)
def test_golden_photos(photo: Any, decoded: Any) -> None:
    made = decoded((BUNDLE.folder / "golden" / photo.photo).read_bytes())
    largest, mean = difference(BUNDLE.folder, photo.rgb, made)
    assert largest <= photo.rgb.given.max_abs
    assert mean <= photo.rgb.given.mean_abs


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_sample_photos_are_pillows_pixel_for_pixel(path: Path, decoded: Any) -> None:
    wanted = open_photo(path).rgb
    made = decoded(path.read_bytes())
    with Image.open(path) as image:
        managed = "icc_profile" in image.info  # another engine converts the colours
    np.testing.assert_allclose(made.astype(int), wanted.astype(int), atol=1 if managed else 0)


def encoded(kind: str, picture: Image.Image, **options: Any) -> bytes:
    into = BytesIO()
    picture.save(into, format=kind, **options)
    return into.getvalue()


CARD = Image.fromarray(np.random.default_rng(3).integers(0, 256, (9, 13, 3), np.uint8))
DEEP = Image.fromarray(np.arange(117, dtype=np.uint16).reshape(9, 13) * 560)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    ("content", "most"),
    [
        *((encoded("PNG", CARD.convert(mode)), 0) for mode in ("1", "L", "LA", "P", "RGBA")),
        *((encoded("PNG", CARD.quantize(count)), 0) for count in (2, 4, 16, 200)),
        (encoded("PNG", DEEP), 0),
        (encoded("PNG", CARD, icc_profile=SRGB), 0),
        (encoded("WEBP", CARD, lossless=True), 0),
        (encoded("BMP", CARD), 0),
        (encoded("GIF", CARD.quantize(64)), 0),
        (encoded("JPEG", CARD.convert("L")), 0),
        (encoded("JPEG", CARD, progressive=True), 0),
        (encoded("JPEG", CARD.convert("CMYK"), quality=95), 3),
    ],
)
def test_other_kinds_of_files(content: bytes, most: int, decoded: Any) -> None:
    wanted = open_photo(content).rgb.astype(int)
    np.testing.assert_allclose(decoded(content).astype(int), wanted, atol=most)


@pytest.mark.parametrize("frame", BASICS.frames, ids=lambda frame: frame.name)
def test_golden_frames(frame: Any, web: Any, codec: Any) -> None:
    planes = [
        base64.b64encode((BUNDLE.folder / "golden" / path).read_bytes()).decode()
        for path in frame.planes
    ]
    record = {name: getattr(frame, name) for name in frame.__struct_fields__ if name != "rgb"}
    made = codec.unpack(web.call(FRAME, {"frame": record, "planes": planes}))
    assert difference(BUNDLE.folder, frame.rgb, made) == (0, 0)
