"""How noisy a photo is: the standard deviation of the noise in its green channel.

Source: Donoho and Johnstone, "Ideal Spatial Adaptation by Wavelet Shrinkage", 1994: the median
of the finest diagonal Haar coefficients over 0.6745.  Texture adds to it (a clean photo of
grass has 2 to 4 grey levels), JPEG at low quality takes noise away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 16  # pixels of the short side: less says nothing
_PAIRS = 1024  # pairs of rows that are looked at, and pairs of columns
_DARK = 24  # grey levels from black and from white: noise is cut off there
_ENOUGH = 0.02  # of the blocks: fewer in between, and all are counted
_GAUSSIAN = 0.6745  # the median of |x| of a normal distribution


def noise_of(rgb: NDArray[np.uint8]) -> float | None:
    """Sigma in grey levels of 0..255 of a photo, uint8 [H, W, 3]; none under 16 pixels.

    Measured at the photo's own size, on at most a million blocks of 2 x 2 pixels that are
    spread over it and are neither black nor white.
    """
    if min(rgb.shape[:2]) < LEAST:
        return None
    green = rgb[..., 1]
    rows, columns = _pairs(green.shape[0]), _pairs(green.shape[1])
    corners = [
        green[np.ix_(rows + down, columns + right)].astype(np.int16)
        for down in (0, 1)
        for right in (0, 1)
    ]
    doubled = np.abs(corners[0] - corners[1] - corners[2] + corners[3])
    total = sum(corners[1:], corners[0])
    middle = (total >= 4 * _DARK) & (total <= 4 * (255 - _DARK))
    counted = doubled[middle] if middle.mean() >= _ENOUGH else doubled.ravel()
    return _median(counted) / 2 / _GAUSSIAN


def _pairs(length: int) -> NDArray[np.intp]:
    """Where pairs of neighbours begin: all of them, or that many spread out."""
    starts = np.arange(0, length - 1, 2)
    return starts[:: -(-len(starts) // _PAIRS)]


def _median(values: NDArray[np.int16]) -> float:
    """The median of whole numbers that stand for all that rounds to them: it moves smoothly
    where the plain median would jump; 0 where half of them are 0."""
    counts = np.bincount(values)
    upto = counts.cumsum()
    half = len(values) / 2
    at = int(np.searchsorted(upto, half))
    if at == 0:
        return 0.0
    return float(at - 0.5 + (half - upto[at - 1]) / counts[at])
