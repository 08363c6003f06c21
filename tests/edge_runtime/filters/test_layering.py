from __future__ import annotations

import numpy as np

from edge_runtime.compose import replace_background
from edge_runtime.filters.layering import over


def test_the_person_and_the_background_are_exact_away_from_the_edge() -> None:
    random = np.random.default_rng(0)
    photo, behind = random.integers(0, 256, (2, 60, 80, 3)).astype(np.uint8)
    alpha = np.zeros((60, 80), np.uint8)
    alpha[20:40, 20:60] = 255
    alpha[40:43, 20:60] = 128
    before = photo.copy(), behind.copy()
    made = over(photo, behind, alpha)
    np.testing.assert_array_equal(made[alpha == 255], photo[alpha == 255])
    np.testing.assert_array_equal(made[alpha == 0], behind[alpha == 0])
    np.testing.assert_array_equal(photo, before[0])
    np.testing.assert_array_equal(behind, before[1])


def test_the_old_background_does_not_shine_through_the_edge() -> None:
    photo = np.full((80, 80, 3), (0, 255, 0), np.uint8)  # a red person before green
    photo[:, 40:] = (255, 0, 0)
    alpha = np.zeros((80, 80), np.uint8)
    alpha[:, 40:] = 255
    alpha[:, 38:42] = 128
    photo[:, 38:42] = (128, 127, 0)
    made = over(photo, np.zeros_like(photo), alpha)
    assert made[:, 38:42, 1].max() < 20
    assert 110 < made[:, 38:42, 0].mean() < 140


def test_it_agrees_with_the_slow_way() -> None:
    y, x = np.mgrid[0:120, 0:160]
    photo = np.stack([x, 2 * y, 255 - x], axis=-1).astype(np.uint8)
    alpha = np.clip((np.hypot(x - 80, y - 60) - 45) * -30, 0, 255).astype(np.uint8)
    behind = np.full_like(photo, 90)
    slow = replace_background(photo, alpha.astype(np.float32) / 255, behind)
    difference = np.abs(over(photo, behind, alpha).astype(int) - slow)
    assert difference.mean() < 0.3
    assert difference.max() < 25


def test_nobody_and_everybody() -> None:
    photo, behind = np.full((4, 5, 3), 9, np.uint8), np.full((4, 5, 3), 7, np.uint8)
    assert (over(photo, behind, np.zeros((4, 5), np.uint8)) == 7).all()
    assert (over(photo, behind, np.full((4, 5), 255, np.uint8)) == 9).all()
