from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from edge_runtime.images import Photo, open_photo
from edge_runtime.remote.asking import TASKS, prepared
from edge_runtime.remote.uploads import opened, without_metadata


def shown(content: bytes) -> np.ndarray:
    return open_photo(content).rgb


def jpeg(rgb: np.ndarray, **saved: object) -> bytes:
    content = io.BytesIO()
    Image.fromarray(rgb).save(content, format="JPEG", **saved)
    return content.getvalue()


@pytest.fixture(scope="module")
def large(samples: Path) -> bytes:
    """A photo of twelve million pixels, as noisy as a camera's."""
    rgb = cv2.resize(open_photo(samples / "china.jpg").rgb, (4000, 3000))
    noise = np.random.default_rng(1).normal(0, 4, rgb.shape)
    return jpeg(np.clip(rgb + noise, 0, 255).astype(np.uint8), quality=90)


def test_a_large_photo_costs_a_twentieth(large: bytes) -> None:
    for name in ("segment", "faces", "classify", "detect"):
        upload = opened(large).upload(TASKS[name].longest)
        assert len(upload.content) <= len(large) / 20, name
        assert upload.saved == len(large) - len(upload.content)
        assert upload.size_wh == (640, 480)
        assert upload.photo_wh == (4000, 3000)


def test_what_is_sent_looks_like_the_photo(samples: Path) -> None:
    photo = opened(samples / "china.jpg")
    sent = shown(photo.upload(320).content).astype(float)
    wanted = cv2.resize(photo.photo.rgb, sent.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(sent - wanted).mean() < 4


@pytest.mark.parametrize("name", ["depth", "super_resolution", "cut"])
def test_where_every_pixel_counts_a_jpeg_goes_as_it_is(name: str, large: bytes) -> None:
    question = prepared(name, opened(large), {})
    assert question.sent_wh == (4000, 3000)
    assert np.array_equal(shown(question.body), shown(large))


@pytest.mark.parametrize(
    ("name", "longest"), [("depth", 1280), ("cut", 1600), ("super_resolution", 4000)]
)
def test_fewer_go_where_that_is_said(name: str, longest: int, large: bytes) -> None:
    assert prepared(name, opened(large), {}, full_size=False).sent_wh[0] == longest


@pytest.mark.parametrize("orientation", [None, *range(1, 9)])
def test_metadata_stays_here_and_the_pixels_upright(
    orientation: int | None, samples: Path
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET-MAKER"
    exif.get_ifd(0x8825)[1] = "SECRET-PLACE"
    if orientation:
        exif[0x0112] = orientation
    rgb = open_photo(samples / "obama.jpg").rgb[:200, :120]
    original = jpeg(rgb, exif=exif, comment=b"SECRET-WORD", icc_profile=b"\0" * 200)
    sent = opened(original).upload(None).content
    assert b"SECRET" in original
    assert b"SECRET" not in sent
    assert np.array_equal(shown(sent), shown(original))
    assert without_metadata(sent) == sent


def test_fill_bytes_between_segments_are_no_end() -> None:
    original = jpeg(np.zeros((8, 8, 3), np.uint8), comment=b"SECRET")
    filled = original[:2] + b"\xff\xff" + original[2:]
    assert b"SECRET" not in without_metadata(filled)
    assert shown(without_metadata(filled)).shape == (8, 8, 3)


def test_pixels_go_without_loss_where_they_are_few(samples: Path) -> None:
    rgb = np.random.default_rng(2).integers(0, 255, (40, 50, 3), np.uint8)
    upload = opened(Photo(rgb)).upload(640)
    assert upload.media_type == "image/png"
    assert np.array_equal(shown(upload.content), rgb)
    assert upload.saved == 0
    many = opened(Photo(np.zeros((2000, 2001, 3), np.uint8))).upload(None)
    assert many.media_type == "image/jpeg"


@pytest.mark.parametrize("size_wh", [(1, 1), (1, 5000), (5000, 1)])
def test_photos_of_odd_shapes_are_sent(size_wh: tuple[int, int]) -> None:
    rgb = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    upload = opened(Photo(rgb)).upload(640)
    assert shown(upload.content).shape[1::-1] == upload.size_wh
    assert max(upload.size_wh) <= 640
