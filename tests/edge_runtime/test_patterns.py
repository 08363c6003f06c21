from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.backdrops.palettes import Palette
from edge_runtime.backdrops.patterns import PATTERNS, Canvas


def canvas(width: int = 160, height: int = 90) -> Canvas:
    return Canvas((width, height), Palette.of(["ocean"]), seed=1)


@pytest.mark.parametrize("name", list(PATTERNS))
def test_a_pattern_stays_near_the_gamut(name: str) -> None:
    painted = canvas()
    PATTERNS[name](painted)
    assert painted.rgb.shape == (90, 160, 3)
    assert painted.rgb.dtype == np.float32
    assert painted.rgb.min() > -0.2
    assert painted.rgb.max() < 1.4


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3)])
@pytest.mark.parametrize("name", list(PATTERNS))
def test_the_oddest_sizes_work(name: str, size: tuple[int, int]) -> None:
    painted = canvas(*size)
    PATTERNS[name](painted)
    assert np.isfinite(painted.rgb).all()


def test_noise_is_smooth_and_fills_its_range() -> None:
    noise = canvas(300, 300).noise(3)
    assert noise.min() > -0.3
    assert noise.max() < 1.3
    assert noise.std() > 0.08
    assert np.abs(np.diff(noise, axis=0)).max() < 0.1


def test_laying_a_colour_covers_as_much_as_it_says() -> None:
    painted = canvas()
    before = painted.rgb.copy()
    cover = np.zeros((90, 160), np.float32)
    cover[:, :80] = 1
    painted.lay(np.array([1, 0, 0], np.float32), cover)
    assert np.allclose(painted.rgb[:, :80], (1, 0, 0), atol=1e-6)
    assert np.array_equal(painted.rgb[:, 80:], before[:, 80:])
