"""How alike two pictures look, without a learnt network: numpy to numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Plane = NDArray[np.float64]

_LUMA = np.array([0.299, 0.587, 0.114])
_SSIM_RADIUS, _SSIM_SIGMA = 5, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_GMSD_C = 170.0


def ssim(made: Pixels, wanted: Pixels) -> float:
    """Structural similarity of two uint8 RGB pictures [H, W, 3], of their luma: 1 where they
    are the same (Wang et al., 2004, equation 13: a Gaussian of 11 by 11, sigma 1.5).

    Raises ``ValueError`` for pictures of two sizes, or smaller than 11 pixels.
    """
    a, b = _lumas(made, wanted, 2 * _SSIM_RADIUS + 1)
    mean_a, mean_b = _smooth(a), _smooth(b)
    var_a, var_b = _smooth(a * a) - mean_a**2, _smooth(b * b) - mean_b**2
    cov = _smooth(a * b) - mean_a * mean_b
    similar = (2 * mean_a * mean_b + _C1) * (2 * cov + _C2)
    return float(np.mean(similar / ((mean_a**2 + mean_b**2 + _C1) * (var_a + var_b + _C2))))


def gmsd(made: Pixels, wanted: Pixels) -> float:
    """Gradient magnitude similarity deviation of two uint8 RGB pictures [H, W, 3]: 0 where
    they are the same, more the worse they look (Xue et al., arXiv 1308.3052, with its
    constants: half size, Prewitt gradients, c = 170).

    Raises ``ValueError`` for pictures of two sizes, or smaller than 6 pixels.
    """
    a, b = (_gradient(_halved(plane)) for plane in _lumas(made, wanted, 6))
    similar = (2 * a * b + _GMSD_C) / (a * a + b * b + _GMSD_C)
    return float(similar.std())


def _lumas(made: Pixels, wanted: Pixels, least: int) -> tuple[Plane, Plane]:
    if made.shape != wanted.shape:
        raise ValueError(f"pictures of {made.shape} and {wanted.shape} cannot be compared")
    if min(made.shape[:2]) < least:
        raise ValueError(f"a picture of {made.shape[:2]} is smaller than {least} pixels")
    return made @ _LUMA, wanted @ _LUMA


def _smooth(plane: Plane) -> Plane:
    """A Gaussian over the places where all of it is inside."""
    reach = np.arange(-_SSIM_RADIUS, _SSIM_RADIUS + 1)
    weights = np.exp(-(reach**2) / (2 * _SSIM_SIGMA**2))
    weights /= weights.sum()
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(plane, len(weights), axis=axis)
        plane = windows @ weights
    return plane


def _halved(plane: Plane) -> Plane:
    height, width = (size // 2 * 2 for size in plane.shape)
    fours = plane[:height, :width].reshape(height // 2, 2, width // 2, 2)
    halved: Plane = fours.mean(axis=(1, 3))
    return halved


def _gradient(plane: Plane) -> Plane:
    """The magnitude of Prewitt's gradient, where all of it is inside."""
    right = (plane[:, 2:] - plane[:, :-2]) / 3
    down = (plane[2:] - plane[:-2]) / 3
    return np.hypot(
        right[:-2] + right[1:-1] + right[2:], down[:, :-2] + down[:, 1:-1] + down[:, 2:]
    )
