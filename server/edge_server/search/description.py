"""Everything that search knows of one photo, small enough to be kept for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edge_server.search.embedding import embedding
from edge_server.search.fingerprints import perceptual_hash, pixel_sha256
from edge_server.search.keypoints import SIDE, Keypoints, keypoints

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

SMALL = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """How a photo looks, for laying it over another: ``size_wh`` of the copy that points were
    looked for at (long side at most 640 pixels), its ``keypoints``, and a ``small`` grey copy,
    uint8 [h, w] of at most 64 pixels a side.
    """

    size_wh: tuple[int, int]
    keypoints: Keypoints
    small: Pixels


@dataclass(frozen=True, kw_only=True, eq=False)
class Description:
    """``pixels``: SHA-256 of the pixels; ``hash``: 64 bits; ``vector``: float32 [256]."""

    pixels: str
    hash: int
    vector: NDArray[np.float32]
    look: Look


def described(rgb: Pixels, probabilities: NDArray[np.float32]) -> Description:
    """The description of a photo, uint8 [H, W, 3], that the classifier gave these
    probabilities."""
    grey = _grey(rgb)
    return Description(
        pixels=pixel_sha256(rgb),
        hash=perceptual_hash(grey),
        vector=embedding(probabilities),
        look=look_of(grey),
    )


def mirrored(rgb: Pixels) -> tuple[int, Look]:
    """The hash and the look of a photo's mirror image."""
    grey = np.ascontiguousarray(_grey(rgb)[:, ::-1])
    return perceptual_hash(grey), look_of(grey)


def look_of(grey: Pixels) -> Look:
    """The look of a grey copy of at most 640 pixels a side."""
    height, width = grey.shape
    return Look(size_wh=(width, height), keypoints=keypoints(grey), small=_within(grey, SMALL))


def _grey(rgb: Pixels) -> Pixels:
    shrunk: Any = _within(rgb, SIDE)
    grey: Any = cv2.cvtColor(shrunk, cv2.COLOR_RGB2GRAY)
    return grey  # type: ignore[no-any-return]


def _within(pixels: Pixels, side: int) -> Pixels:
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
