from __future__ import annotations

import struct
from typing import Any

import pytest

from edge_server.intake.tiff_outline import TiffOutline, tiff_outline


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("size", [(64, 48), (1, 1), (70_000, 1)])
def test_the_size_is_what_pillow_wrote(big: bool, size: tuple[int, int], made: Any) -> None:
    found = tiff_outline(made.encoded(made.picture(*size), "TIFF", big_tiff=big))
    assert found is not None
    assert (found.size_wh, found.tile_wh) == (size, (0, 0))


def test_the_other_order_of_bytes() -> None:
    data = b"MM\0*" + struct.pack(">IH", 8, 2)
    data += struct.pack(">HHIHH", 256, 3, 1, 640, 0) + struct.pack(">HHII", 257, 4, 1, 480)
    assert tiff_outline(data) == TiffOutline(size_wh=(640, 480), tile_wh=(0, 0), longest=0)


def test_tiles_and_the_longest_list(made: Any) -> None:
    tags = made.tiff_tags(64, 48)
    tags += [(322, 3, 1, struct.pack("<H", 128)), (323, 4, 1, struct.pack("<I", 256))]
    tags += [(273, 4, 5_000_000, bytes(8)), (700, 7, 9_000_000, bytes(8))]
    found = tiff_outline(made.tiff(tags))
    assert found is not None
    assert (found.tile_wh, found.longest) == ((128, 256), 5_000_000)


def test_of_two_tags_the_larger_counts(made: Any) -> None:
    twice = [*made.tiff_tags(64, 48), (256, 4, 1, struct.pack("<I", 99_999))]
    for tags in (twice, twice[::-1]):
        found = tiff_outline(made.tiff(tags))
        assert found is not None
        assert found.size_wh == (99_999, 48)


@pytest.mark.parametrize(
    "data", [b"II*\0", b"II*\0\x08\0\0\0", b"II+\0\x08\0\0\0", b"II*\0\x08\0\0\0\1"]
)
def test_without_a_directory_there_is_nothing(data: bytes) -> None:
    found = tiff_outline(data)
    assert found is None or found.size_wh == (0, 0)
