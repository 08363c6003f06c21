from __future__ import annotations

from typing import Any

import pytest

from edge_server.intake.header_size import header_size


@pytest.mark.parametrize(
    ("kind", "pillow", "options"),
    [
        ("png", "PNG", {}),
        ("gif", "GIF", {}),
        ("bmp", "BMP", {}),
        ("webp", "WEBP", {}),
        ("webp", "WEBP", {"lossless": True}),
        ("webp", "WEBP", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}),
    ],
)
@pytest.mark.parametrize("size", [(1, 1), (64, 48), (300, 7), (16383, 1)])
def test_the_size_is_what_pillow_reads(
    kind: str, pillow: str, options: dict[str, Any], size: tuple[int, int], made: Any
) -> None:
    data = made.encoded(made.picture(*size), pillow, **options)
    assert header_size(data, kind) == size


def test_bitmaps_of_the_first_kind_and_upside_down(made: Any) -> None:
    old = b"BM" + bytes(12) + b"\x0c\0\0\0" + b"\x40\x01\xf0\0" + bytes(4)
    assert header_size(old, "bmp") == (320, 240)
    assert header_size(made.bmp(320, -240), "bmp") == (320, 240)


@pytest.mark.parametrize("kind", ["png", "gif", "bmp", "webp", "tiff", "avif", "heic"])
def test_a_header_cut_short_has_no_size(kind: str, made: Any) -> None:
    pillow = {"heic": "HEIF"}.get(kind, kind.upper())
    assert header_size(made.of(pillow)[:17], kind) in {
        None,
        (64, 48) if kind == "gif" else None,
    }


def test_other_chunks_say_nothing() -> None:
    assert header_size(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIDAT" + bytes(20), "png") is None
    assert header_size(b"RIFF\0\0\0\0WEBPALPH" + bytes(20), "webp") is None
