from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.search.description import described
from edge_server.search.packing import pack, pack_vector, unpack, unpack_vectors


def test_a_look_is_the_same_again_and_small(
    sample: Callable[[str], NDArray[np.uint8]],
) -> None:
    look = described(sample("samples/china.jpg"), np.full(1000, 1e-3, np.float32)).look
    packed = pack(look)
    again = unpack(packed)
    assert len(packed) < 27_000
    assert again.size_wh == look.size_wh
    assert np.array_equal(again.small, look.small)
    assert np.array_equal(again.keypoints.descriptors, look.keypoints.descriptors)


@pytest.mark.parametrize("content", [b"", b"\x94", b"nothing", bytes(200)])
def test_bytes_that_are_none_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a look"):
        unpack(content)


def test_a_look_that_was_cut_is_refused(sample: Callable[[str], NDArray[np.uint8]]) -> None:
    look = described(sample("samples/coffee.png"), np.full(1000, 1e-3, np.float32)).look
    packed = pack(look)
    for cut in range(0, len(packed), 997):
        with pytest.raises(ValueError, match="look|reshape"):
            unpack(packed[:cut])


def test_vectors_keep_three_digits() -> None:
    vectors = np.random.default_rng(0).normal(0, 0.06, (5, 256)).astype(np.float32)
    again = unpack_vectors([pack_vector(one) for one in vectors])
    assert again.dtype == np.float32
    assert np.abs(again - vectors).max() < 1e-4
