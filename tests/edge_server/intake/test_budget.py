from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from time import thread_time
from typing import Any

import pytest

from edge_server.intake.budget import check_header, check_size
from edge_server.intake.intake import Intake
from edge_server.intake.limits import IntakeLimits
from edge_server.intake.sniffing import sniff
from edge_server.problems import ImageTooLarge, Problem

LIMITS = IntakeLimits()


@cache
def bombs(made: Any) -> dict[str, bytes]:
    """Rows 41, 43 to 45, 47 and 49: small files that claim large pictures."""
    webp = bytearray(made.of("WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"))
    webp[24:30] = 2 * (16382).to_bytes(3, "little")
    gif = bytearray(made.of("GIF"))
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    tile = [(322, 4, 1, struct.pack("<I", 16384)), (323, 4, 1, struct.pack("<I", 8192))]
    return {
        "41 jpeg 65500": made.sized_jpeg(made.of("JPEG"), 65500, 65500),
        "43 png 900 MP": made.png((30000, 30000, 1, 0, 0, 0, 0), made.zeros(30000 * 3751)),
        "44 png 169 MP": made.png((13000, 13000, 8, 2, 0, 0, 0), made.zeros(2**20)),
        "45 png largest": made.png((2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0), b""),
        "47 gif": bytes(gif),
        "47 bmp": made.bmp(40000, 40000),
        "49 webp": bytes(webp),
        "49 webp lossless": b"RIFF\x24\0\0\0WEBPVP8L\x18\0\0\0\x2f\xff\xff\xff\x0f" + bytes(9),
        "49 jpeg 20000": made.sized_jpeg(made.of("JPEG", progressive=True), 20000, 20000),
        "tiff": made.tiff(made.tiff_tags(65000, 65000)),
        "tiff tile": made.tiff([*made.tiff_tags(64, 64), *tile]),
        "59 long": made.encoded(made.picture(20000, 1)),
        "59 high": made.encoded(made.picture(1, 20000)),
    }


NAMES = """41 jpeg 65500,43 png 900 MP,44 png 169 MP,45 png largest,47 gif,47 bmp,49 webp,
49 webp lossless,49 jpeg 20000,tiff,tiff tile,59 long,59 high"""


@pytest.mark.parametrize("name", [name.strip() for name in NAMES.split(",")])
def test_what_claims_too_much_is_refused_by_its_header(
    name: str,
    made: Any,
    intake: Intake,
    refused: Callable[..., Problem],
    peak: Callable[[], float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = bombs(made)[name]
    monkeypatch.setattr("PIL.Image.open", pytest.fail)
    before, began = peak(), thread_time()
    problem = refused("image-too-large", intake.from_bytes, data)
    assert thread_time() - began < 0.05
    assert peak() - before < 20
    assert problem.status == 422
    assert problem.actual is not None
    assert problem.limit is not None
    assert problem.actual > problem.limit


def test_avif_and_heic_claim_too_much_in_their_boxes(
    made: Any, intake: Intake, refused: Callable[..., Problem], peak: Callable[[], float]
) -> None:
    for pillow in ("AVIF", "HEIF"):
        data = made.encoded(made.picture(64, 64), pillow)
        lies = data.replace(struct.pack(">II", 64, 64), struct.pack(">II", 16000, 16000))
        assert lies != data
        refused("image-too-large", intake.from_bytes, lies)
    assert peak() < 60


def test_a_frame_that_is_larger_than_its_screen(
    made: Any, intake: Intake, refused: Callable[..., Problem]
) -> None:
    data = bytearray(made.of("GIF"))
    at = data.index(b",\0\0\0\0\x40\0\x30\0")
    for side in (9000, 60000):
        data[at + 5 : at + 9] = struct.pack("<HH", side, side)
        refused("image-too-large", intake.from_bytes, bytes(data))


def test_two_headers_in_a_png(made: Any, intake: Intake) -> None:
    second = made.chunk(b"IHDR", struct.pack(">2I5B", 12000, 12000, 8, 2, 0, 0, 0))
    data = made.png((8, 8, 8, 2, 0, 0, 0), made.zeros(200), second)
    with pytest.raises(Problem) as raised:
        intake.from_bytes(data)
    assert raised.value.status == 422


# Row 42.
@pytest.mark.parametrize("size", [(0, 48), (64, 0), (0, 0)])
def test_a_side_of_nothing(
    size: tuple[int, int], made: Any, intake: Intake, refused: Callable[..., Problem]
) -> None:
    gif = bytearray(made.of("GIF"))
    gif[6:10] = struct.pack("<HH", *size)
    for data in (
        made.png((*size, 8, 2, 0, 0, 0), made.zeros(99)),
        made.bmp(*size),
        made.tiff(made.tiff_tags(*size)),
        made.sized_jpeg(made.of("JPEG"), *size),
        bytes(gif),
    ):
        assert refused("image-undecodable", intake.from_bytes, data).status == 422


# Row 50: 24 million pixels, 3000 scans; and one under the number of scans, over their sum.
@pytest.mark.parametrize(("side", "scans"), [(4900, 3000), (4900, 60), (64, 65)])
def test_a_bomb_of_scans(
    side: int, scans: int, made: Any, intake: Intake, refused: Callable[..., Problem]
) -> None:
    data = made.sized_jpeg(made.scan_bomb(64, scans), side, side)
    began = thread_time()
    problem = refused("image-too-complex", intake.from_bytes, data)
    assert thread_time() - began < 0.05
    assert problem.status == 422


def test_an_ordinary_progressive_photo_is_none(made: Any, intake: Intake) -> None:
    assert intake.from_bytes(made.scan_bomb(64, 64)).size_wh == (64, 64)
    assert intake.from_bytes(made.of("JPEG", progressive=True)).size_wh == (64, 48)


def segments(made: Any, one: bytes, count: int) -> bytes:
    whole = made.of("JPEG")
    return whole[:2] + count * one + whole[2:]


@pytest.mark.parametrize(
    "kind", ["segments", "exif", "png chunks", "gif extensions", "tiff strips", "bmp runs"]
)
def test_a_file_of_a_million_pieces(
    kind: str, made: Any, intake: Intake, refused: Callable[..., Problem]
) -> None:
    png, gif = made.of("PNG"), made.of("GIF")
    strips = [(273, 4, 3_000_000, bytes(8)), (279, 4, 3_000_000, bytes(8))]
    exif = b"\xff\xe1\x12\xc8Exif\0\0" + bytes(4800)  # joined one by one: quadratic in Pillow
    runs = made.bmp(7000, 7000)[:28] + b"\x08\0\1\0\0\0" + bytes(1044)
    data = {
        "segments": lambda: segments(made, b"\xff\xe2\0\2", 4_000_000),
        "exif": lambda: segments(made, exif[: 0x12C8 + 2], 4000),
        "png chunks": lambda: png[:33] + 1_500_000 * made.chunk(b"teSt", b"") + png[33:],
        "gif extensions": lambda: gif[:781] + 5_000_000 * b"!\xfe\0" + gif[781:],
        "tiff strips": lambda: made.tiff([*made.tiff_tags(64, 64), *strips]),
        "bmp runs": lambda: runs + 9_000_000 * b"\1\1",
    }[kind]()
    assert len(data) <= LIMITS.max_bytes
    began = thread_time()
    refused("image-too-complex", intake.from_bytes, data)
    assert thread_time() - began < 5


def test_the_limits_are_those_given(made: Any) -> None:
    data = made.of("PNG")
    check_header(data, "png", LIMITS)
    for small in (replace(LIMITS, max_pixels=64 * 48 - 1), replace(LIMITS, max_side=63)):
        with pytest.raises(ImageTooLarge):
            check_header(data, "png", small)
    check_header(data, "png", replace(LIMITS, max_pixels=64 * 48, max_side=64))
    assert sniff(data) == "png"


@pytest.mark.parametrize(("size", "limit"), [((8000, 8000), 50e6), ((16385, 1), 16384)])
def test_which_limit_it_was(size: tuple[int, int], limit: float) -> None:
    with pytest.raises(ImageTooLarge) as raised:
        check_size(size, LIMITS)
    assert raised.value.limit == limit
