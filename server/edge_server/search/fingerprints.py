"""Two fingerprints of a photo's pixels: one that any change breaks, one that few changes do.

The perceptual hash: Zauner, "Implementation and Benchmarking of Perceptual Image Hash
Functions", 2010: of a grey copy of 32 x 32 the lowest 8 x 8 frequencies of the cosine
transform, each as one bit, above their median or not.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

BITS = 64
_SIDE, _LOW = 32, 8


def pixel_sha256(rgb: Pixels) -> str:
    """SHA-256 of the size and the pixels, uint8 [H, W, 3], in hex: the same photo saved in
    another lossless format has the same."""
    height, width = rgb.shape[:2]
    digest = hashlib.sha256(f"{width}x{height}".encode())
    digest.update(np.ascontiguousarray(rgb).data)
    return digest.hexdigest()


def perceptual_hash(grey: Pixels) -> int:
    """64 bits of a grey picture, uint8 [H, W]; a copy's differ in few of them."""
    small: Any = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:_LOW, :_LOW].ravel()
    bits = low > np.median(low[1:])  # the first is the mean brightness
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hash_distances(one: int, others: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """In how many of the 64 bits each of the others differs, uint8 [n]."""
    differing: NDArray[np.uint8] = np.bitwise_count(np.bitwise_xor(others, np.uint64(one)))
    return differing
