"""OKLab, the colour space in which equal steps look equal.

Source: B. Ottosson, "A perceptual color space for image processing", 2020.
Colours are float arrays [..., 3]: sRGB in 0..1; OKLab as lightness 0..1, a, b;
OKLCh as lightness, chroma, hue in degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Colours: TypeAlias = NDArray[np.float64]

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES = np.linalg.inv(_TO_CONES)
_FROM_LAB = np.linalg.inv(_TO_LAB)


def linear_from_srgb(srgb: Colours) -> Colours:
    """sRGB values in 0..1 to linear light in 0..1 (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(linear: Colours) -> Colours:
    """Linear light to sRGB values, both in 0..1; what lies outside is clipped."""
    light = np.clip(linear, 0.0, 1.0)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def lab_from_srgb(srgb: Colours) -> Colours:
    """sRGB to OKLab."""
    lab: Colours = np.cbrt(linear_from_srgb(srgb) @ _TO_CONES.T) @ _TO_LAB.T
    return lab


def srgb_from_lab(lab: Colours) -> Colours:
    """OKLab to sRGB; a colour outside the gamut is clipped to it."""
    return srgb_from_linear((lab @ _FROM_LAB.T) ** 3 @ _FROM_CONES.T)


def lab_from_lch(lch: Colours) -> Colours:
    """Lightness, chroma and hue (degrees) to OKLab."""
    lightness, chroma, hue = np.moveaxis(lch, -1, 0)
    angle = np.deg2rad(hue)
    return np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], -1)
