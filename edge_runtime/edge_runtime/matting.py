"""The edge of a mask, refined against the photo, so that hair is not cut with scissors.

The guided filter (He, Sun and Tang, "Guided Image Filtering", 2010) explains the mask near
its edge as a linear function of the photo's colours; where the mask is sure, it stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.bands import bands, enlarged, small_copy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_RADIUS = 1 / 36
_EPSILON = 1e-4
_SURE = 0.08


def refine(rgb: NDArray[np.uint8], probability: NDArray[np.float32]) -> NDArray[np.float32]:
    """Alpha [H, W] in 0..1 of a photo uint8 [H, W, 3] and a person's probability [H, W].

    The filter's coefficients are found at no more than 640 pixels a side and applied at
    full size, which bounds time and memory of a large photo.
    """
    size_wh = (rgb.shape[1], rgb.shape[0])
    guide = small_copy(rgb).astype(np.float32) * np.float32(1 / 255)
    slopes, offset = _coefficients(guide, small_copy(probability))
    alpha = np.empty_like(probability)
    for rows in bands(size_wh):
        steep = enlarged(slopes, size_wh, rows)
        found = np.einsum("hwc,hwc->hw", steep, rgb[rows], dtype=np.float32)
        found = found * np.float32(1 / 255) + enlarged(offset, size_wh, rows)
        alpha[rows] = _settled(found, probability[rows])
    return alpha


def _coefficients(guide: Floats, mask: Floats) -> tuple[Floats, Floats]:
    """Slopes [h, w, 3] and offset [h, w] such that mask = slopes . guide + offset locally."""
    radius = max(2, round(max(mask.shape) * _RADIUS))
    mean_guide, mean_mask = _mean(guide, radius), _mean(mask, radius)
    products = np.stack([guide[..., i] * guide[..., j] for i, j in _PAIRS], axis=-1)
    spread = _mean(products, radius)
    spread -= np.stack([mean_guide[..., i] * mean_guide[..., j] for i, j in _PAIRS], axis=-1)
    shared = _mean(guide * mask[..., None], radius) - mean_guide * mean_mask[..., None]
    matrix = spread[..., _SYMMETRIC].reshape(*mask.shape, 3, 3) + _EPSILON * np.eye(3)
    slopes = np.linalg.solve(matrix, shared[..., None])[..., 0].astype(np.float32)
    offset = mean_mask - np.einsum("hwc,hwc->hw", slopes, mean_guide)
    return _mean(slopes, radius), _mean(offset, radius)


_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
_SYMMETRIC = (0, 1, 2, 1, 3, 4, 2, 4, 5)


def _mean(values: Floats, radius: int) -> Floats:
    side = (2 * radius + 1, 2 * radius + 1)
    return cast(
        "Floats", cv2.blur(values.astype(np.float32), side, borderType=cv2.BORDER_REFLECT)
    )


def _settled(alpha: Floats, probability: Floats) -> Floats:
    """Stretch what the filter left grey, and keep what the network was sure of."""
    stretched = np.clip((alpha - 0.1) / 0.8, 0, 1)
    sure = np.clip(np.minimum(probability, 1 - probability) / _SURE, 0, 1)
    decided = (probability >= 0.5).astype(np.float32)
    return cast("Floats", decided + sure * (stretched - decided))
