from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.properties.tone import tone_of


@pytest.mark.parametrize(
    ("value", "brightness", "dark", "blown"),
    [(0, 0, 1, 0), (255, 1, 0, 1), (119, 0.5, 0, 0)],
)
def test_a_grey_is_as_light_as_the_eye_says(
    value: int, brightness: float, dark: float, blown: float
) -> None:
    tone = tone_of(np.full((20, 30, 3), value, np.uint8))
    assert tone.brightness == pytest.approx(brightness, abs=0.005)
    assert (tone.contrast, tone.dark, tone.blown) == (0, dark, blown)


def test_half_black_half_white_has_all_the_contrast() -> None:
    rgb = np.zeros((1000, 1000, 3), np.uint8)
    rgb[:, 500:] = 255
    tone = tone_of(rgb)
    assert tone.brightness == pytest.approx(0.5, abs=0.01)
    assert tone.contrast == pytest.approx(1, abs=1e-4)


def test_flattened_is_less_contrast_and_darkened_is_less_bright(
    sample: Callable[[str], NDArray[np.uint8]],
) -> None:
    rgb = sample("china.jpg")
    flat = (rgb * 0.5 + 64).astype(np.uint8)
    dark = (rgb * 0.5).astype(np.uint8)
    assert tone_of(flat).contrast < 0.7 * tone_of(rgb).contrast
    assert tone_of(dark).brightness < 0.7 * tone_of(rgb).brightness


def test_the_size_does_not_matter(sample: Callable[[str], NDArray[np.uint8]]) -> None:
    rgb = sample("obama.jpg")
    assert tone_of(rgb[::2, ::2]).brightness == pytest.approx(tone_of(rgb).brightness, abs=0.01)
