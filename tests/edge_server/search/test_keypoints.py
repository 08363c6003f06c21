from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.search.keypoints import MOST, Keypoints, keypoints


@pytest.fixture
def found(sample: Callable[[str], NDArray[np.uint8]]) -> Keypoints:
    grey = cv2.cvtColor(sample("samples/china.jpg"), cv2.COLOR_RGB2GRAY)
    return keypoints(grey.astype(np.uint8))


def test_a_photo_full_of_details_has_as_many_as_are_kept(found: Keypoints) -> None:
    assert len(found.points) == len(found.descriptors) <= MOST
    assert len(found.points) > 500
    assert found.points.min() >= 0
    assert (found.points < (640, 427)).all()
    assert found.descriptors.dtype == np.uint8


def test_packed_and_unpacked_they_are_the_same_within_a_sixteenth(found: Keypoints) -> None:
    packed = found.packed()
    again = Keypoints.unpacked(packed)
    assert len(packed) == 36 * len(found.points)
    assert np.abs(again.points - found.points).max() <= 1 / 32 + 1e-6
    assert np.array_equal(again.descriptors, found.descriptors)
    assert again.packed() == packed


@pytest.mark.parametrize("size", [(1, 1), (5, 7), (64, 64)])
def test_a_plain_picture_has_none(size: tuple[int, int]) -> None:
    found = keypoints(np.full(size, 90, np.uint8))
    assert (found.points.shape, found.descriptors.shape) == ((0, 2), (0, 32))
    assert Keypoints.unpacked(found.packed()).points.shape == (0, 2)


def test_bytes_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        Keypoints.unpacked(b"x" * 35)
