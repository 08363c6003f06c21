from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from edge_server.intake.intake import Intake
from edge_server.intake.stripping import exif_of_orientation, stripped

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
SECRETS = (b"Anna", b"Canon", b"Photoshop", b"http://ns.adobe.com", b"GPS", b"8BIM")


def told(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B] = "Canon", "EOS", "Anna"
    if orientation != 1:
        exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6)})
    return exif


def pixels(data: bytes) -> Any:
    return np.asarray(Image.open(BytesIO(data)).convert("RGBA"))


def written(made: Any, kind: str, **options: Any) -> bytes:
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Author", "Anna")
        info.add_itxt("XML:com.adobe.xmp", "http://ns.adobe.com Anna")
        options["pnginfo"] = info
    if kind in {"JPEG", "WEBP"}:
        options["xmp"] = b"<x:xmpmeta http://ns.adobe.com Anna/>"
    if kind == "JPEG":
        options["comment"] = b"by Anna"
    data: bytes = made.of(kind, exif=told(), **options)
    assert b"Anna" in data
    return data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_go_and_every_pixel_stays(kind: str, made: Any) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = written(made, kind, icc_profile=profile)
    clean = stripped(data, kind.lower(), 1)
    assert clean is not None
    assert not any(secret in clean for secret in SECRETS)
    assert np.array_equal(pixels(clean), pixels(data))
    again = Image.open(BytesIO(clean))
    assert again.info["icc_profile"] == profile
    assert not again.getexif()
    assert stripped(clean, kind.lower(), 1) == clean


@pytest.mark.parametrize("name", ["obama.jpg", "biden.jpg", "obama3.jpg", "chelsea.png"])
def test_real_photos_lose_what_they_say_and_no_pixel(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    clean = stripped(data, "jpeg" if name.endswith("jpg") else "png", 1)
    assert clean is not None
    assert len(clean) < len(data)
    assert not any(secret in clean for secret in SECRETS)
    assert np.array_equal(pixels(clean), pixels(data))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_several_scans_or_restarts_is_whole(progressive: bool, made: Any) -> None:
    image = made.picture(200, 150)
    data = made.encoded(
        image, "JPEG", progressive=progressive, restart_marker_rows=1, exif=told()
    )
    clean = stripped(data, "jpeg", 1)
    assert clean is not None
    assert np.array_equal(pixels(clean), pixels(data))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_stays_turned_and_says_nothing_else(
    orientation: int, made: Any, intake: Intake
) -> None:
    upload = intake.from_bytes(made.of("JPEG", exif=told(orientation)))
    clean = stripped(upload.encoded, "jpeg", upload.exif.orientation)
    assert clean is not None
    again = intake.from_bytes(clean)
    assert np.array_equal(again.photo.rgb, upload.photo.rgb)
    assert dict(Image.open(BytesIO(clean)).getexif()) in ({}, {0x0112: orientation})
    assert b"Canon" not in clean


def test_what_lies_behind_the_picture_goes(made: Any) -> None:
    film = b"....ftypmp42" + b"GPS Anna" * 9
    for kind in ("JPEG", "PNG", "WEBP"):
        data = made.of(kind)
        assert stripped(data + film, kind.lower(), 1) == stripped(data, kind.lower(), 1)


def test_moving_pictures_keep_moving(made: Any) -> None:
    frames = [made.picture(20, 20), made.picture(20, 20).rotate(90)]
    for kind in ("PNG", "WEBP"):
        data = made.encoded(
            frames[0], kind, save_all=True, append_images=frames[1:], exif=told(), duration=50
        )
        clean = stripped(data, kind.lower(), 1)
        assert clean is not None
        assert Image.open(BytesIO(clean)).n_frames == 2
        assert b"Canon" not in clean


@pytest.mark.parametrize(
    ("kind", "orientation"), [("png", 6), ("webp", 3), ("gif", 1), ("tiff", 1), ("heic", 1)]
)
def test_the_rest_has_to_be_encoded_anew(kind: str, orientation: int, made: Any) -> None:
    assert stripped(made.of("PNG"), kind, orientation) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_was_cut_or_changed_is_none_or_bytes(kind: str, made: Any) -> None:
    data = written(made, kind)
    chance = np.random.default_rng(3)
    for cut in range(0, len(data), 7):
        found = stripped(data[:cut], kind.lower(), 1)
        assert found is None or (kind == "WEBP" and len(found) <= cut + 12)
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(4):
            changed[chance.integers(len(changed))] = chance.integers(256)
        found = stripped(bytes(changed), kind.lower(), 1)
        assert found is None or len(found) <= len(data) + 36


def test_an_orientation_is_an_exif_block_of_26_bytes() -> None:
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + exif_of_orientation(6))
    assert dict(exif) == {0x0112: 6}
    assert len(exif_of_orientation(6)) == 26
