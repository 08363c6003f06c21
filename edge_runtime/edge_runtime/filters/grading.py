"""Light and colours of a picture: curves in a table, saturation in a matrix, soft light.

Exposure and warmth are gains of linear light that end in white without clipping:
``g x / (1 + (g - 1) x)`` for a gain g over 1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.backdrops.oklab import linear_from_srgb, srgb_from_linear
from edge_runtime.filters.colours import rgb_of, screened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.filters.recipe import Grade, Light

    Pixels = NDArray[np.uint8]

_LUMA = np.array([0.2126, 0.7152, 0.0722])
_SMALL = 96  # pixels: what is smooth is made this large and then enlarged


def graded(rgb: Pixels, grade: Grade) -> Pixels:
    """A picture uint8 [H, W, 3] in other light and colours."""
    done = cv2.LUT(rgb, _curves(grade))
    if grade.saturation or grade.shade:
        done = cv2.transform(done, _matrix(grade))
    if grade.vignette:
        size_wh = (rgb.shape[1], rgb.shape[0])
        mask = cv2.resize(_vignette(grade.vignette), size_wh, interpolation=cv2.INTER_LINEAR)
        done = cv2.multiply(done, mask, scale=1 / 255)
    return cast("Pixels", done)


def lit(rgb: Pixels, light: Light) -> Pixels:
    """A picture uint8 [H, W, 3] with a soft light on it."""
    height, width = rgb.shape[:2]
    glow = _glow(light, round(_SMALL * width / height))
    return screened(
        rgb, cast("Pixels", cv2.resize(glow, (width, height), interpolation=cv2.INTER_LINEAR))
    )


@lru_cache(maxsize=64)
def _curves(grade: Grade) -> Pixels:
    """The table uint8 [256, 1, 3] of exposure, warmth and contrast."""
    linear = linear_from_srgb(np.arange(256) / 255)
    tint = np.exp2(np.array([0.5, 0.0, -0.5]) * grade.warmth)
    gains = np.exp2(grade.exposure) * tint / float(_LUMA @ tint)
    light = linear[:, None] * gains / (1 + np.maximum(gains - 1, 0) * linear[:, None])
    curve = _contrasted(srgb_from_linear(light), grade.contrast)
    return (np.clip(curve, 0, 1) * 255 + 0.5).astype(np.uint8)[:, None]


def _contrasted(x: NDArray[np.float64], contrast: float) -> NDArray[np.float64]:
    """More: towards a smooth step; less: towards grey."""
    towards = x * x * (3 - 2 * x) if contrast > 0 else np.full_like(x, 0.5)
    return x + abs(contrast) * (towards - x)


@lru_cache(maxsize=64)
def _matrix(grade: Grade) -> NDArray[np.float32]:
    """What a pixel (r, g, b, 1) is multiplied with: [3, 4]."""
    grey = np.tile(_LUMA, (3, 1))
    saturated = grey + (1 + grade.saturation) * (np.eye(3) - grey)
    matrix = np.empty((3, 4))
    matrix[:, :3] = (1 - grade.shade) * saturated
    matrix[:, 3] = np.multiply(grade.shade, rgb_of(grade.colour))
    return matrix.astype(np.float32)


@lru_cache(maxsize=16)
def _vignette(strength: float) -> Pixels:
    """Multiplied with a picture of any shape: uint8 [h, w, 3]."""
    at = (np.arange(_SMALL) + 0.5) / _SMALL * 2 - 1
    away = (at[:, None] ** 2 + at[None] ** 2) / 2
    dark = 1 - strength * np.clip((away - 0.15) / 0.85, 0, 1) ** 1.3
    return cast("Pixels", np.repeat((dark * 255 + 0.5).astype(np.uint8)[..., None], 3, axis=2))


@lru_cache(maxsize=32)
def _glow(light: Light, wide: int) -> Pixels:
    """What a light adds: uint8 [h, wide, 3]."""
    wide = max(2, wide)
    x = (np.arange(wide) + 0.5) / _SMALL - light.at[0] * wide / _SMALL
    y = (np.arange(_SMALL) + 0.5) / _SMALL - light.at[1]
    away = np.hypot(x[None], y[:, None]) / light.reach
    fade = np.clip(1 - away, 0, 1) ** 2 * light.strength
    return cast("Pixels", (fade[..., None] * rgb_of(light.colour) + 0.5).astype(np.uint8))
