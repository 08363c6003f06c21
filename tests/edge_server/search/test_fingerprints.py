from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.search.fingerprints import (
    BITS,
    hash_distances,
    perceptual_hash,
    pixel_sha256,
)

Pixels = NDArray[np.uint8]
NAMES = ["samples/china.jpg", "samples/chelsea.png", "samples/coffee.png", "samples/rocket.jpg"]


def hashed(rgb: Pixels) -> int:
    return perceptual_hash(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.uint8))


def distance(one: int, other: int) -> int:
    return int(hash_distances(one, np.array([other], np.uint64))[0])


def test_the_pixels_hash_is_of_the_pixels_and_their_size() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    same = np.asfortranarray(pixels)
    assert pixel_sha256(pixels) == pixel_sha256(same)
    assert pixel_sha256(pixels) != pixel_sha256(pixels.reshape(4, 2, 3))
    assert pixel_sha256(pixels) != pixel_sha256(pixels + np.uint8(1))


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_s_hash_is_near_and_its_bits_are_balanced(
    name: str, sample: Callable[[str], Pixels]
) -> None:
    rgb = sample(name)
    small = cv2.resize(rgb, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    darker = (rgb * 0.7).astype(np.uint8)
    assert distance(hashed(rgb), hashed(small.astype(np.uint8))) <= 4
    assert distance(hashed(rgb), hashed(darker)) <= 4
    assert abs(hashed(rgb).bit_count() - BITS // 2) <= 1


def test_other_photos_and_mirror_images_are_far(sample: Callable[[str], Pixels]) -> None:
    hashes = [hashed(sample(name)) for name in NAMES]
    hashes += [hashed(sample(name)[:, ::-1].copy()) for name in NAMES]
    apart = [distance(a, b) for at, a in enumerate(hashes) for b in hashes[:at]]
    assert min(apart) > 14


def test_distances_are_of_the_bits() -> None:
    others = np.array([0, 1, 2**63, 2**64 - 1], np.uint64)
    assert hash_distances(0, others).tolist() == [0, 1, 1, 64]
    assert hash_distances(2**64 - 1, others).tolist() == [64, 63, 63, 0]
