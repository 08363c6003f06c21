from __future__ import annotations

import struct
from typing import Any

import pytest

from edge_server.intake.jpeg_outline import JpegOutline, jpeg_outline


def outline(data: bytes) -> JpegOutline:
    return jpeg_outline(data, max_scans=100, max_segments=1000)


def segment(code: int, data: bytes) -> bytes:
    return bytes([0xFF, code]) + struct.pack(">H", len(data) + 2) + data


@pytest.mark.parametrize(("progressive", "scans"), [(False, 1), (True, 10)])
def test_a_photo(progressive: bool, scans: int, made: Any) -> None:
    found = outline(made.of("JPEG", progressive=progressive))
    assert (found.size_wh, found.scans, found.complete) == ((64, 48), scans, True)


def test_what_only_looks_like_a_scan_is_not_counted(made: Any) -> None:
    plain = made.of("JPEG")
    thumbnail = segment(0xE1, b"Exif\0\0" + plain[:60_000])
    profile = segment(0xE2, 500 * b"\xff\xda\xff")
    film = plain + 999 * b"\xff\xda\0\x08"
    assert outline(plain[:2] + thumbnail + profile + film[2:]).scans == 1


def test_fill_bytes_and_stuffed_zeros_are_gone_over(made: Any) -> None:
    plain = made.of("JPEG")
    assert outline(plain.replace(b"\xff\xda", b"\xff\xff\xff\xda")).scans == 1
    at = plain.index(b"\xff\xda") + 14
    odd = plain[:at] + b"\xff\0\xff\xd0\xff\x01" + plain[at:]
    assert (outline(odd).scans, outline(odd).complete) == (1, True)


def test_every_way_to_hide_a_scan_from_the_walk_hides_it_from_decoders_too(made: Any) -> None:
    whole = made.scan_bomb(16, 30)
    at = whole.index(b"\xff\xda")
    for before in (b"\xff\x01", b"\xff\xd3", b"\xff\x7f", b"\0\0", b"\xff\xff", b"\xff\0"):
        assert outline(whole[:at] + before + whole[at:]).scans == 30, before


def test_the_larger_of_two_frames_counts(made: Any) -> None:
    whole = made.of("JPEG")
    at = whole.index(b"\xff\xc0")
    small = whole[at : at + 19]
    large = made.sized_jpeg(small + bytes(9), 640, 480)[:19]
    for frames in (small + large, large + small):
        assert outline(whole[:at] + frames + whole[at + 19 :]).size_wh == (640, 480)


def test_exif_is_summed_over_its_segments(made: Any) -> None:
    whole = made.of("JPEG")
    exif = segment(0xE1, b"Exif\0\0" + bytes(994))
    assert outline(whole[:2] + 3 * exif + whole[2:]).exif_bytes == 3 * 1002


def test_it_ends_where_a_maximum_is_passed() -> None:
    assert jpeg_outline(b"\xff\xd8" + 10**6 * b"\xff\xda\0\2", 64, 4096).scans == 65
    assert jpeg_outline(b"\xff\xd8" + 10**6 * b"\xff\xfe\0\2", 64, 4096).segments == 4097


@pytest.mark.parametrize(
    "data", [b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xc0\0", b"\xff\xd8\xff\xd9"]
)
def test_what_ends_too_early_is_not_complete(data: bytes) -> None:
    found = outline(data)
    assert (found.size_wh, found.scans, found.complete) == (None, 0, False)
