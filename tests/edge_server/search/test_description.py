from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.search.description import SMALL, described, mirrored

EVEN = np.full(1000, 1e-3, np.float32)


def test_a_photo_has_all_its_parts(sample: Callable[[str], NDArray[np.uint8]]) -> None:
    rgb = sample("samples/china.jpg")
    found = described(rgb, EVEN)
    assert len(found.pixels) == 64
    assert 0 <= found.hash < 2**64
    assert found.vector.shape == (256,)
    assert found.look.size_wh == (640, 427)
    assert max(found.look.small.shape) == SMALL


def test_a_large_photo_is_looked_at_small(sample: Callable[[str], NDArray[np.uint8]]) -> None:
    large = np.repeat(np.repeat(sample("samples/china.jpg"), 3, axis=0), 3, axis=1)
    assert described(large, EVEN).look.size_wh == (640, 427)


def test_mirrored_twice_is_the_photo(sample: Callable[[str], NDArray[np.uint8]]) -> None:
    rgb = sample("samples/coffee.png")
    found = described(rgb, EVEN)
    again, look = mirrored(np.ascontiguousarray(rgb[:, ::-1]))
    assert again == found.hash
    assert np.array_equal(look.small, found.look.small)
    assert mirrored(rgb)[0] != found.hash


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (3, 2)])
def test_strange_sizes_are_described(size: tuple[int, int]) -> None:
    found = described(np.zeros((*size, 3), np.uint8), EVEN)
    assert np.isfinite(found.vector).all()
    assert min(found.look.small.shape) >= 1
