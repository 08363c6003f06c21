from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.errors import PocketLensError
from edge_runtime.stylise import blend, keep_colours, parse_style

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)
PAINTED = RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", {2: 1.0}),
        ("0:1,3:1", {0: 0.5, 3: 0.5}),
        ("1:3, 2:1", {1: 0.75, 2: 0.25}),
        ("1,1", {1: 1.0}),
        ("0:0,3:0.2", {3: 1.0}),
    ],
)
def test_a_mix_sums_to_one(text: str, expected: dict[int, float]) -> None:
    weights = parse_style(text, 4)
    assert weights.shape == (1, 4)
    assert weights.dtype == np.float32
    assert {i: round(float(w), 6) for i, w in enumerate(weights[0]) if w} == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4", "0 to 3"),
        ("-1", "unknown style"),
        ("", "unknown style"),
        ("starry", "unknown style"),
        ("1:x", "number from 0 up"),
        ("1:-1", "number from 0 up"),
        ("1:inf", "number from 0 up"),
        ("1:0", "weigh nothing"),
    ],
)
def test_what_is_no_mix_says_so(text: str, message: str) -> None:
    with pytest.raises(PocketLensError, match=message) as caught:
        parse_style(text, 4)
    assert "\n" not in str(caught.value)


def test_strength_goes_from_the_photo_to_the_painting() -> None:
    assert np.array_equal(blend(PHOTO, PAINTED, 1.0), PAINTED)
    assert np.array_equal(blend(PHOTO, PAINTED, 0.0), PHOTO)
    half = blend(PHOTO, PAINTED, 0.5).astype(float)
    assert np.abs(half - (PHOTO.astype(float) + PAINTED) / 2).max() <= 1


def test_kept_colours_are_the_photos_and_the_light_is_the_paintings() -> None:
    photo = np.full((4, 4, 3), (200, 60, 60), np.uint8)
    grey = np.full((4, 4, 3), 90, np.uint8)
    made = keep_colours(photo, grey)
    assert made[0, 0, 0] > made[0, 0, 1] + 30
    assert made.mean() < photo.mean()
