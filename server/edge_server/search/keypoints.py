"""Points of a photo that are found again in a changed copy: ORB (Rublee et al., 2011)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

SIDE = 640  # of the long side that points are looked for at
MOST = 600
_DESCRIPTOR = 32
_PATCH = 32  # pixels that a descriptor is made of, on each side


@dataclass(frozen=True, kw_only=True, eq=False)
class Keypoints:
    """``points``: float32 [n, 2], x and y in pixels of the copy that was looked at;
    ``descriptors``: uint8 [n, 32]; n is at most 600, and 0 for a plain picture.
    """

    points: NDArray[np.float32]
    descriptors: Pixels

    def packed(self) -> bytes:
        """36 bytes a point: x and y in sixteenths of a pixel, then the descriptor."""
        places = np.round(self.points * 16).astype("<u2").view(np.uint8).reshape(-1, 4)
        return np.hstack([places, self.descriptors]).tobytes()

    @classmethod
    def unpacked(cls, packed: bytes) -> Keypoints:
        """Those points again; ``ValueError`` for bytes that are none."""
        rows = np.frombuffer(packed, np.uint8).reshape(-1, 4 + _DESCRIPTOR)
        places = np.ascontiguousarray(rows[:, :4]).view("<u2").astype(np.float32)
        points = places / np.float32(16)
        return cls(points=points, descriptors=np.ascontiguousarray(rows[:, 4:]))


def keypoints(grey: Pixels) -> Keypoints:
    """The strongest points of a grey copy, uint8 [H, W], long side at most 640 pixels."""
    if min(grey.shape) < _PATCH:
        return _none()
    orb = cv2.ORB.create(nfeatures=MOST, scaleFactor=1.2, nlevels=8, fastThreshold=10)
    found, descriptors = orb.detectAndCompute(grey, None)
    if descriptors is None or not found:
        return _none()
    points = np.array([point.pt for point in found[:MOST]], np.float32)
    return Keypoints(points=points, descriptors=np.asarray(descriptors[:MOST], np.uint8))


def _none() -> Keypoints:
    return Keypoints(
        points=np.zeros((0, 2), np.float32), descriptors=np.zeros((0, _DESCRIPTOR), np.uint8)
    )
