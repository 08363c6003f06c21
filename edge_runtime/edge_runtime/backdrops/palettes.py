"""The colours of the backdrops: palettes by name, plain colours, and what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_runtime.backdrops.oklab import lab_from_lch, lab_from_srgb, srgb_from_lab

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Colour: TypeAlias = NDArray[np.float32]

# From the top of a picture to its bottom, as sRGB.
PALETTES: Mapping[str, str] = {
    "aurora": "0b1030 123a5a 1f8a80 5fd6a0 8a6fd0 2a2358",
    "autumn": "4a1c1a 8f2f1f c8551f e6952e f2c661 8a7a35",
    "candy": "ff9ecb ffc3dc c9b4ff 9fd8ff b8f2df fff1b8",
    "coffee": "2b1a12 553424 8a5a3c b98a62 e0c3a1 f4e8d8",
    "desert": "7a9cb8 d9c6a5 e8b878 d08a4e a85a34 6e3626",
    "dusk": "1a1b3a 3c3466 7a4f86 c9778c f2a98a fbd7a8",
    "fire": "14060a 5a0f12 b3240f ee5a12 ffa51f ffe27a",
    "forest": "0d1f18 1c3d2a 2f6440 5b8f4e 9dbb66 dfe3a8",
    "galaxy": "060616 17123d 43217a 8a37a8 d35fb2 f2b6c8",
    "gold": "3a2506 7a5312 b98a2b e3bd5a fbe7a6 c99a3a",
    "ice": "0f3557 2f6d9c 6db1d6 a9d9ec dcf3f8 f6fcff",
    "lavender": "4b3f72 7b6bb0 a899d4 cfc3ea ece4f7 f8f4fb",
    "mint": "0e5a52 2f9180 6fc5a8 a9e2c9 d8f4e6 f4fbf5",
    "mono": "17181a 3c3e42 6c6f75 a0a3a8 d0d2d5 f3f4f5",
    "neon": "0a0620 2b0a6b 7a12c9 ff1fa8 ff5fd0 19e3ff",
    "night": "04060f 0a1230 142452 28407c 4d66a6 8d9cc9",
    "ocean": "052340 0a4a75 127a9e 33a9bd 7dd3d0 d4f2e7",
    "pastel": "f7c9d4 fbdcc8 fbf0cb d3efd6 c9e4f3 d9d0f0",
    "peach": "f0876b f7a988 fcc7a6 ffdfc6 fff0e2 fff8f1",
    "rose": "5a1732 97304f cf5f78 e997a4 f7c9cd fdebea",
    "sky": "2f6fb5 5597d3 86bde8 b5dbf4 dceefa f6fafc",
    "silver": "2c3036 5b626b 8f97a1 c3c9d0 eceff2 a9b0b8",
    "spring": "7fc8e8 b9e3d2 dff0b6 fbe8a6 fbc3c8 f2a1c4",
    "studio": "3b4048 565d66 737b85 949ca5 b4bac1 8a929b",
    "summer": "0f8fc4 39bcd0 9fe0c8 fff0a8 ffcb6b ff9470",
    "sunrise": "5a6fa8 a08fbf e3a5b5 f9bfa0 fddb9f fff3cf",
    "sunset": "23225a 5b2a78 a8347e e6526a fb8a55 ffc86b",
    "tropical": "0a5f6b 0fa39a 5fd39a f7e27a ff9a5f f2517a",
    "vintage": "3e4a4f 6f7f78 a9a88a d9c79a e7a977 b5654f",
    "winter": "51688a 8aa3c0 b9cbdd dfe7ef f4f6f9 fbfcfd",
}
COLOURS: Mapping[str, str] = {
    "beige": "e6d9c3",
    "black": "0c0c0e",
    "blue": "2f6fde",
    "brown": "7a4f34",
    "cream": "f8f1e0",
    "cyan": "22c3d6",
    "green": "2f9e55",
    "grey": "8b9097",
    "magenta": "d0288f",
    "navy": "16264f",
    "orange": "f58a1f",
    "pink": "f58ab4",
    "purple": "7a3fc0",
    "red": "d93636",
    "teal": "14807f",
    "turquoise": "3fcfc0",
    "white": "ffffff",
    "yellow": "f7cf3a",
}
_STEPS = 2048


def _lab(hexes: str) -> NDArray[np.float64]:
    values = [[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in hexes.split()]
    return lab_from_srgb(np.array(values) / 255.0)


def _tones(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """Five tones of one colour, dark to light, around the colour itself."""
    lightness = lab[0] + np.array([-0.22, -0.11, 0.0, 0.09, 0.17])
    lightness = np.clip(lightness, 0.08, 0.99)
    # Chroma fades towards black and white, as it does in paint.
    fade = np.array([0.75, 0.95, 1.0, 0.8, 0.5])
    return np.stack([lightness, lab[1] * fade, lab[2] * fade], -1)


def _rainbow() -> NDArray[np.float64]:
    """Red to violet at nearly one lightness, so that no colour shouts."""
    hue = np.linspace(20.0, 330.0, 13)
    lightness = 0.74 + 0.07 * np.cos(np.deg2rad(hue - 105.0))
    return lab_from_lch(np.stack([lightness, np.full(13, 0.155), hue], -1))


def stops(word: str, *, tonal: bool) -> NDArray[np.float64]:
    """The OKLab colours [n, 3] of a palette, or of a plain colour (``tonal``: its tones)."""
    if word == "rainbow":
        return _rainbow()
    if word in PALETTES:
        return _lab(PALETTES[word])
    colour = _lab(COLOURS[word])
    return _tones(colour[0]) if tonal else colour


def _smooth(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Rounds off the corners that linear interpolation leaves, where the eye sees bands."""
    reach = int(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    columns = [np.convolve(padded[:, i], kernel / kernel.sum(), "valid") for i in range(3)]
    return np.stack(columns, -1)


class Palette:
    """A continuous run of colours, 0 at the top of a picture to 1 at its bottom."""

    def __init__(self, lab_stops: NDArray[np.float64]) -> None:
        at = np.linspace(0.0, 1.0, len(lab_stops))
        t = np.linspace(0.0, 1.0, _STEPS)
        lab = np.stack([np.interp(t, at, lab_stops[:, i]) for i in range(3)], -1)
        self.lab = _smooth(lab, 0.25 * _STEPS / max(len(lab_stops) - 1, 1) + 1)
        self.table = srgb_from_lab(self.lab).astype(np.float32)
        self.lightness = float(self.lab[:, 0].mean())

    @classmethod
    def of(cls, words: Sequence[str]) -> Palette:
        """The palette of one word; several words run on one after the other."""
        return cls(np.concatenate([stops(word, tonal=len(words) == 1) for word in words]))

    def ramp(self, t: NDArray[np.float32]) -> NDArray[np.float32]:
        """The colours at ``t`` (0..1, clipped): sRGB in 0..1, shape [..., 3]."""
        index = np.clip(t * (_STEPS - 1) + 0.5, 0, _STEPS - 1).astype(np.intp)
        return np.take(self.table, index, axis=0)

    def at(self, t: float, lighten: float = 0.0, mute: float = 0.0) -> Colour:
        """One colour [3]; ``lighten`` is added to its OKLab lightness, ``mute`` (0..1)
        takes away that part of its chroma."""
        lab = self.lab[round(float(np.clip(t, 0.0, 1.0)) * (_STEPS - 1))].copy()
        lab[0] = np.clip(lab[0] + lighten, 0.0, 1.0)
        lab[1:] *= 1.0 - mute
        return srgb_from_lab(lab).astype(np.float32)

    def extreme(self, *, dark: bool) -> float:
        """Where along the palette its darkest (or lightest) colour lies."""
        lightness = self.lab[:, 0]
        index = lightness.argmin() if dark else lightness.argmax()
        return float(index) / (_STEPS - 1)
