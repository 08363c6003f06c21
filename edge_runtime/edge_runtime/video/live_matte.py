"""The edge of a mask at the speed of film: the guided filter where it is small, then applied
at full size (He and Sun, "Fast Guided Filter", 2015).

:mod:`edge_runtime.matting` does it in colour and takes a hundred times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.video.shrinking import shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Pixels = NDArray[np.uint8]

_RADIUS, _EPSILON = 3, 2e-4
_SURE = 0.06
_LEAST, _MOST = 0.12, 0.88


def matte(rgb: Pixels, mask: Floats) -> Pixels:
    """Opacity uint8 [H, W] of a frame uint8 [H, W, 3] and a mask float32 [h, w] in 0..1,
    which may be smaller; its proportions are stretched to the frame's."""
    height, width = rgb.shape[:2]
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    size_wh = (mask.shape[1], mask.shape[0])
    guide = shrunk(cast("Pixels", grey), size_wh).astype(np.float32) / np.float32(255)
    slope, offset = _coefficients(guide, mask)
    # Where the network is sure the filter has no say; a plane of zeros and its own value.
    doubt = np.clip(np.minimum(mask, 1 - mask) / np.float32(_SURE), 0, 1)
    grown = cv2.dilate(doubt, np.ones((3, 3), np.uint8))
    unsure = cast("Floats", cv2.blur(grown, (3, 3)))
    slope = slope * unsure
    offset = unsure * offset + (np.float32(1) - unsure) * mask
    stretch = np.float32(255 / (_MOST - _LEAST))
    steep = cv2.resize(slope * (stretch / np.float32(255)), (width, height))
    opacity = cv2.multiply(steep, grey, dtype=cv2.CV_32F)
    level = cv2.resize((offset - np.float32(_LEAST)) * stretch, (width, height))
    return cast("Pixels", cv2.add(opacity, level, dtype=cv2.CV_8U))


def blend(front: Pixels, behind: Pixels, opacity: Pixels) -> Pixels:
    """uint8 [H, W, 3] in front of another, by an opacity uint8 [H, W]."""
    share = cv2.cvtColor(opacity, cv2.COLOR_GRAY2RGB)
    near = cv2.multiply(front, share, scale=1 / 255)
    far = cv2.multiply(behind, cv2.bitwise_not(share), scale=1 / 255)
    return cast("Pixels", cv2.add(near, far))


def _coefficients(guide: Floats, mask: Floats) -> tuple[Floats, Floats]:
    """Slope and offset [h, w] such that mask = slope * guide + offset around each pixel."""
    mean_guide, mean_mask = _mean(guide), _mean(mask)
    spread = _mean(guide * guide) - mean_guide * mean_guide
    shared = _mean(guide * mask) - mean_guide * mean_mask
    slope = cast("Floats", shared / (spread + np.float32(_EPSILON)))
    return _mean(slope), _mean(mean_mask - slope * mean_guide)


def _mean(values: Floats) -> Floats:
    side = 2 * _RADIUS + 1
    return cast("Floats", cv2.blur(values, (side, side)))
