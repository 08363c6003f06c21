"""Whether one photo is a changed copy of another, and how it lies in it.

Points that look the same in both (the ratio test of Lowe, 2004) have to agree on one turn,
scale and shift (RANSAC), and small grey copies, laid over one another by it, have to show the
same: photos of a series share a background, but not what stands before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_server.search.description import Look

    Pixels = NDArray[np.uint8]
    Matrix = NDArray[np.float64]

_RATIO = 0.8
_INLIERS = 12
_ERROR = 4.0  # pixels of the copies that points were looked for at
_SCALES = (0.2, 5.0)
_AGREEMENT = 0.8
_AGREEMENT_ALONE = 0.95  # without points that agree: a picture of few details
_LEAST_PIXELS = 100  # of the small copies, in both


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """How a photo lies in another: ``matrix`` float64 [2, 3] takes its pixels (of the copies of
    640 pixels) to the other's; ``inliers`` points agree on that; ``agreement`` is the
    correlation of the two where both are, -1..1.
    """

    matrix: Matrix
    inliers: int
    agreement: float

    @property
    def scale(self) -> float:
        """How much larger the other shows the same thing."""
        return hypot(self.matrix[0, 0], self.matrix[1, 0])

    @property
    def degrees(self) -> float:
        """How far it is turned clockwise in the other, -180..180."""
        return degrees(atan2(self.matrix[1, 0], self.matrix[0, 0]))


def aligned(one: Look, other: Look) -> Alignment | None:
    """How ``one`` lies in ``other``; none where it is no copy of it."""
    matrix, inliers = _by_points(one, other)
    if matrix is None:
        matrix, inliers = _stretched(one, other), 0
    agreement = _agreement(one, other, matrix)
    if agreement < (_AGREEMENT if inliers else _AGREEMENT_ALONE):
        return None
    return Alignment(matrix=matrix, inliers=inliers, agreement=agreement)


def _by_points(one: Look, other: Look) -> tuple[Matrix | None, int]:
    pairs = _pairs(one.keypoints.descriptors, other.keypoints.descriptors)
    if len(pairs) < _INLIERS:
        return None, 0
    here, there = one.keypoints.points[pairs[:, 0]], other.keypoints.points[pairs[:, 1]]
    found: Any = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=_ERROR, maxIters=2000
    )
    matrix, kept = found
    if matrix is None or int(kept.sum()) < _INLIERS:
        return None, 0
    scale = hypot(matrix[0, 0], matrix[1, 0])
    return (matrix, int(kept.sum())) if _SCALES[0] <= scale <= _SCALES[1] else (None, 0)


def _pairs(one: Pixels, other: Pixels) -> NDArray[np.intp]:
    """Indices of descriptors whose best is clearly better than the second: intp [n, 2]."""
    if min(len(one), len(other)) < 2:
        return np.zeros((0, 2), np.intp)
    found: Any = cv2.batchDistance(one, other, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2)
    distances, nearest = found
    clear = np.flatnonzero(distances[:, 0] < _RATIO * distances[:, 1])
    return np.stack([clear, nearest[clear, 0].astype(np.intp)], axis=1)


def _stretched(one: Look, other: Look) -> Matrix:
    """All of one over all of the other."""
    (width, height), (wide, high) = one.size_wh, other.size_wh
    return np.array([[wide / width, 0, 0], [0, high / height, 0]], np.float64)


def _agreement(one: Look, other: Look, matrix: Matrix) -> float:
    """The correlation of the small copies where both have pixels, -1..1; -1 where too few."""
    small = _over(_scaling(other), matrix, _scaling(one))
    size_wh = (other.small.shape[1], other.small.shape[0])
    moved: Any = cv2.warpAffine(one.small, small, size_wh, flags=cv2.INTER_LINEAR)
    inside = np.full(one.small.shape, 255, np.uint8)
    both = cv2.warpAffine(inside, small, size_wh, flags=cv2.INTER_NEAREST) > 0
    if int(both.sum()) < _LEAST_PIXELS:
        return -1.0
    here, there = moved[both].astype(np.float64), other.small[both].astype(np.float64)
    spread = here.std() * there.std()
    if spread < 1:
        return -1.0
    return float(((here - here.mean()) * (there - there.mean())).mean() / spread)


def _scaling(look: Look) -> tuple[float, float]:
    """From the copy of 640 pixels to the small one."""
    return look.small.shape[1] / look.size_wh[0], look.small.shape[0] / look.size_wh[1]


def _over(there: tuple[float, float], matrix: Matrix, here: tuple[float, float]) -> Matrix:
    """The matrix between the small copies, pixel centres at half a pixel."""
    square = np.vstack([matrix, [0, 0, 1]])
    x, y = 1 / here[0], 1 / here[1]
    back = np.array([[x, 0, 0.5 * x], [0, y, 0.5 * y], [0, 0, 1]])
    on = np.array([[there[0], 0, -0.5], [0, there[1], -0.5], [0, 0, 1]])
    return (on @ square @ back)[:2]  # type: ignore[no-any-return]
