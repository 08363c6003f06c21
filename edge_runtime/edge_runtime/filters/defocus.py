"""Out of focus behind the person: by depths where they are known, else all alike.

A lens blurs a point in proportion to how far its inverse distance is from that of what is in
focus (the circle of confusion of a thin lens).  The person's colours do not bleed into what
is behind, because the means leave the person out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.filters.layering import over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.filters.scene import Scene

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]

_WIDEST = 1 / 20  # of the longer side, at full strength
_LEVELS = 3
_SHARPEST = 6.0  # pixels of blur at the size at which it is computed


def defocused(rgb: Pixels, scene: Scene, strength: float) -> Pixels:
    """A picture uint8 [H, W, 3] with what is behind the person blurred."""
    sigma = strength * _WIDEST * max(rgb.shape[:2]) / 2
    if sigma < 0.3 or (scene.alpha is None and scene.depth is None):
        return rgb
    alpha = np.zeros(rgb.shape[:2], np.uint8) if scene.alpha is None else scene.alpha
    if scene.depth is None:
        return over(rgb, _without_person(rgb, alpha, sigma), alpha)
    far = _farness(scene.depth, alpha)
    return over(rgb, _by_depth(rgb, alpha, far, sigma), alpha)


def _by_depth(rgb: Pixels, alpha: Pixels, far: Floats, sigma: float) -> Pixels:
    """Between pictures of more and more blur, by how far everything is."""
    made, level = rgb, far * np.float32(_LEVELS)
    for number in range(1, _LEVELS + 1):
        blurred = _without_person(rgb, alpha, sigma * number / _LEVELS)
        share = np.clip(level - np.float32(number - 1), 0, 1)
        made = cast("Pixels", cv2.blendLinear(made, blurred, np.float32(1) - share, share))
    return made


def _farness(depth: Floats, alpha: Pixels) -> Floats:
    """How much out of focus each pixel is, 0..1, when the person (or, without one, what is
    nearest) is in focus; what is nearer is sharp too."""
    inverse = 1 / np.maximum(depth, np.float32(0.1))
    person = inverse[alpha > 127]
    focus = np.median(person) if person.size else np.percentile(inverse, 80)
    widest = max(float(focus - inverse.min()), 1e-6)
    return np.clip((focus - inverse) / np.float32(widest), 0, 1).astype(np.float32)


def _without_person(rgb: Pixels, alpha: Pixels, sigma: float) -> Pixels:
    """Blurred means of everything but the person."""
    height, width = alpha.shape
    scale = min(1.0, _SHARPEST / sigma)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    weight = 1 - cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) * np.float32(1 / 255)
    weight = weight * weight + np.float32(1e-4)
    near = sigma * scale
    colours = cv2.GaussianBlur(small * weight[..., None], (0, 0), near)
    total = cv2.GaussianBlur(weight, (0, 0), near)
    filled = np.clip(colours / total[..., None] + np.float32(0.5), 0, 255).astype(np.uint8)
    return cast("Pixels", cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR))
