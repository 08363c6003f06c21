"""Brightness and contrast, as the eye counts lightness (CIELAB's L*)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edge_server.properties.facts import Tone

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE = 512
_DARK, _BLOWN = 5.0, 99.0  # of L*


def tone_of(rgb: NDArray[np.uint8]) -> Tone:
    """The tone of a photo, uint8 [H, W, 3]; counted on at most 512 x 512 of its pixels."""
    height, width = rgb.shape[:2]
    part: Any = np.ascontiguousarray(rgb[:: -(-height // _SIDE), :: -(-width // _SIDE)])
    lightness = cv2.cvtColor(part.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]
    low, high = np.percentile(lightness, (5, 95))
    return Tone(
        brightness=_share(lightness.mean() / 100),
        contrast=_share((high - low) / 100),
        dark=_share((lightness <= _DARK).mean()),
        blown=_share((lightness >= _BLOWN).mean()),
    )


def _share(value: Any) -> float:
    return min(1.0, max(0.0, float(value)))
