"""A drawn portrait, for measuring where no photo is at hand: detectors take it for a face."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Ellipses in heights of the picture from its centre: x, y, half width, half height, colour.
_SHAPES = (
    (0.0, 0.62, 0.42, 0.34, (60, 70, 110)),  # shoulders
    (0.0, -0.04, 0.25, 0.33, (50, 35, 25)),  # hair
    (0.0, 0.3, 0.1, 0.2, (200, 150, 125)),  # neck
    (0.0, 0.03, 0.2, 0.27, (225, 175, 150)),  # face
    (-0.085, -0.03, 0.045, 0.022, (245, 240, 235)),  # eyes
    (0.085, -0.03, 0.045, 0.022, (245, 240, 235)),
    (-0.085, -0.03, 0.02, 0.02, (50, 35, 30)),
    (0.085, -0.03, 0.02, 0.02, (50, 35, 30)),
    (-0.085, -0.085, 0.055, 0.012, (70, 45, 35)),  # brows
    (0.085, -0.085, 0.055, 0.012, (70, 45, 35)),
    (0.0, 0.075, 0.03, 0.02, (190, 130, 110)),  # nose
    (0.0, 0.05, 0.015, 0.06, (235, 190, 165)),
    (0.0, 0.155, 0.075, 0.022, (180, 80, 85)),  # mouth
    (0.0, 0.155, 0.055, 0.006, (90, 30, 35)),
)


def draw_portrait(width: int, height: int) -> NDArray[np.uint8]:
    """A face in the middle of a picture, uint8 RGB [height, width, 3]."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across, down = (x - width / 2) / height, (y - height / 2) / height
    rgb = np.stack([90 + 60 * down, 110 + 40 * across, 130 - 50 * down], axis=2)
    for left, top, wide, high, colour in _SHAPES:
        far = np.hypot((across - left) / wide, (down - top) / high)
        inside = np.clip((1 - far) / 0.15 + 0.5, 0, 1)[..., np.newaxis]
        rgb += inside * (np.array(colour, np.float32) - rgb)
    return rgb.clip(0, 255).astype(np.uint8)
