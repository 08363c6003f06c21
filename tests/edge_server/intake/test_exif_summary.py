from __future__ import annotations

import struct
from typing import Any

import pytest
from PIL import Image

from edge_server.intake.intake import Intake
from edge_server.intake.upload import Exif


def written() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = " Maker\0", "Camera 3", 6
    exif[0x0132] = "2024:01:01 00:00:00"
    exif.get_ifd(0x8769)[0x9003] = "2026:05:04 03:02:01"
    exif.get_ifd(0x8769)[0x920A] = 4.25
    exif.get_ifd(0x8769)[0xA405] = 26
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_what_the_camera_wrote(kind: str, made: Any, intake: Intake) -> None:
    upload = intake.from_bytes(made.of(kind, exif=written()))
    assert upload.exif == Exif(
        orientation=6,
        make="Maker",
        model="Camera 3",
        taken="2026:05:04 03:02:01",
        focal_mm=4.25,
        focal_35mm=26,
        located=True,
    )
    assert upload.size_wh == upload.photo.size_wh == (48, 64)


def test_a_tiff_s_own_tags(made: Any, intake: Intake) -> None:
    found = intake.from_bytes(made.of("TIFF", exif=written())).exif
    assert (found.orientation, found.make, found.taken) == (6, "Maker", "2024:01:01 00:00:00")


def test_a_heic_is_turned_by_its_own_decoder(made: Any, intake: Intake) -> None:
    upload = intake.from_bytes(made.of("HEIF", exif=written().tobytes()))
    assert (upload.exif.make, upload.exif.orientation) == ("Maker", 1)
    assert upload.size_wh == upload.photo.size_wh == (48, 64)


def test_without_exif_it_is_empty(made: Any, intake: Intake) -> None:
    assert intake.from_bytes(made.of("PNG")).exif == Exif()


def looped() -> bytes:
    """The camera's and the place's directory are the first one again."""
    entries = [(0x0112, 3, 1, 6), (0x8769, 4, 1, 8), (0x8825, 4, 1, 8)]
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, 3) + body + struct.pack("<I", 8)


def overlapping() -> bytes:
    """5000 tags, each of which is all the others: 300 MB, were it read."""
    entries = (struct.pack("<HHII", 1000 + tag, 7, 60_000, 8) for tag in range(5000))
    return b"II*\0" + struct.pack("<IH", 8, 5000) + b"".join(entries) + bytes(4)


# Row 56.
BAD = {
    "nothing": b"",
    "garbage": b"garbage " * 99,
    "64 KB": bytes(range(256)) * 255,
    "a head": b"II*\0",
    "far": b"II*\0\xff\xff\xff\xff",
    "cut": looped()[:15],
    "overlap": overlapping(),
}


def with_exif(made: Any, kind: str, exif: bytes) -> bytes:
    data = made.of(kind, exif=b"Exif\0\0" + exif)
    assert exif in data
    return data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", BAD.values(), ids=BAD)
def test_broken_exif_says_nothing(exif: bytes, kind: str, made: Any, intake: Intake) -> None:
    upload = intake.from_bytes(with_exif(made, kind, exif))
    assert upload.exif == Exif()
    assert upload.size_wh == upload.photo.size_wh == (64, 48)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_that_goes_round_is_read_once(kind: str, made: Any, intake: Intake) -> None:
    assert intake.from_bytes(with_exif(made, kind, looped())).exif.orientation == 6


@pytest.mark.parametrize("orientation", [0, 9, 99, 65535])
def test_an_orientation_that_is_none(orientation: int, made: Any, intake: Intake) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upload = intake.from_bytes(made.of("JPEG", exif=exif))
    assert (upload.exif.orientation, upload.photo.size_wh) == (1, (64, 48))


def test_texts_are_short_and_can_be_printed(made: Any, intake: Intake) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "a\nb\x1b[31m" + 99 * "c", b"\xff\xfe"
    found = intake.from_bytes(made.of("JPEG", exif=exif)).exif
    assert found.make.startswith("ab[31mc")
    assert len(found.make) == 64
    assert found.model.isprintable()
