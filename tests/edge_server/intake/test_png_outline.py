from __future__ import annotations

import zlib
from typing import Any

from edge_server.intake.png_outline import PngOutline, png_outline


def test_every_chunk_is_gone_through(made: Any) -> None:
    more = [made.chunk(b"teSt", b"a") for _ in range(7)]
    data = made.png((4, 4, 8, 2, 0, 0, 0), zlib.compress(bytes(52)), *more)
    assert png_outline(data, 100) == PngOutline(chunks=9, intact=True)
    assert png_outline(data, 3).chunks == 4
    assert png_outline(data[:-13], 100) == PngOutline(chunks=8, intact=True)


def test_one_bit_of_the_pixels_shows(made: Any) -> None:
    data = bytearray(made.of("PNG"))
    at = data.index(b"IDAT")
    for place in (at + 4, at + 99, len(data) - 13):
        data[place] ^= 8
        assert not png_outline(bytes(data), 100).intact
        data[place] ^= 8
    assert png_outline(bytes(data), 100).intact


def test_lengths_that_lie_end_it(made: Any) -> None:
    head = b"\x89PNG\r\n\x1a\n"
    assert png_outline(head, 9).chunks == 0
    assert png_outline(head + b"\xff\xff\xff\xffIDAT" + bytes(99), 9) == PngOutline(
        chunks=0, intact=True
    )
