"""How different two colours look: CIEDE2000.

Source: Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula: Implementation Notes,
Supplementary Test Data, and Mathematical Observations", 2005; its equations 2 to 22, with
their 34 pairs in the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_25_7 = 25.0**7


def lab_of(rgb: NDArray[np.uint8]) -> Floats:
    """CIELAB under D65 of sRGB values uint8 [n, 3]: float64 [n, 3], L* in 0..100."""
    scaled = rgb.reshape(-1, 1, 3).astype(np.float32) / 255
    lab = cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    return cast("Floats", lab.astype(np.float64))


def ciede2000(one: Floats, other: Floats) -> Floats:
    """The difference of CIELAB colours, each float64 [..., 3]; shapes are broadcast."""
    plain = (np.hypot(one[..., 1], one[..., 2]) + np.hypot(other[..., 1], other[..., 2])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(plain**7 / (plain**7 + _25_7))
    chroma_1, hue_1 = _polar(one, stretch)
    chroma_2, hue_2 = _polar(other, stretch)
    turn, hue = _hues(hue_1, hue_2, chroma_1 * chroma_2 != 0)
    chroma = (chroma_1 + chroma_2) / 2
    by_lightness = (other[..., 0] - one[..., 0]) / _lightness_weight(one, other)
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(np.radians(turn) / 2)
    by_hue /= 1 + 0.015 * chroma * _hue_weight(hue)
    squares = by_lightness**2 + by_chroma**2 + by_hue**2
    squares += _rotation(chroma, hue) * by_chroma * by_hue
    return cast("Floats", np.sqrt(np.maximum(squares, 0)))


def _polar(lab: Floats, stretch: Floats) -> tuple[Floats, Floats]:
    """Chroma and hue in degrees of 0..360, the red-green axis stretched near grey."""
    a, b = lab[..., 1] * stretch, lab[..., 2]
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _hues(one: Floats, other: Floats, coloured: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """From one hue to the other and their middle, the short way round; grey has no hue."""
    turn, total = other - one, one + other
    short = turn - 360 * np.sign(turn) * (np.abs(turn) > 180)
    around = np.where(total < 360, total + 360, total - 360)
    middle = np.where(np.abs(turn) > 180, around, total) / 2
    return np.where(coloured, short, 0.0), np.where(coloured, middle, total)


def _lightness_weight(one: Floats, other: Floats) -> Floats:
    off_middle = ((one[..., 0] + other[..., 0]) / 2 - 50) ** 2
    return cast("Floats", 1 + 0.015 * off_middle / np.sqrt(20 + off_middle))


def _hue_weight(hue: Floats) -> Floats:
    return cast(
        "Floats",
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63)),
    )


def _rotation(chroma: Floats, hue: Floats) -> Floats:
    """Chroma and hue are not independent among blues."""
    angle = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    weight = 2 * np.sqrt(chroma**7 / (chroma**7 + _25_7))
    return cast("Floats", -np.sin(np.radians(2 * angle)) * weight)
