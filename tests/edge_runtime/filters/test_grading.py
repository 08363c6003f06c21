from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.filters.grading import graded, lit
from edge_runtime.filters.recipe import Grade, Light

RAMP = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(4, axis=0)


def test_no_change_is_no_change() -> None:
    photo = np.random.default_rng(1).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    np.testing.assert_array_equal(graded(photo, Grade()), photo)


@pytest.mark.parametrize(
    "grade", [Grade(exposure=1.5), Grade(warmth=1.0), Grade(contrast=1.0), Grade(exposure=-2.0)]
)
def test_curves_rise_and_do_not_clip(grade: Grade) -> None:
    made = graded(RAMP, grade)[0].astype(int)
    assert (np.diff(made, axis=0) >= 0).all()
    assert (made[0] == 0).all()
    assert (made[-1] <= 255).all()
    assert len(np.unique(made[:, 1])) > 90


def test_a_stop_more_is_twice_the_light_where_it_is_dark() -> None:
    made = graded(RAMP, Grade(exposure=1.0))[0, :, 0] / 255
    dark, light = (
        20 / 255 / 12.92 if 20 / 255 < 0.04 else ((20 / 255 + 0.055) / 1.055) ** 2.4,
        0,
    )
    light = ((made[20] + 0.055) / 1.055) ** 2.4
    assert light / dark == pytest.approx(2, rel=0.05)


def test_warm_is_red_and_cold_is_blue() -> None:
    warm, cold = (graded(RAMP, Grade(warmth=w))[0, 128].astype(int) for w in (0.6, -0.6))
    assert warm[0] > warm[1] > warm[2]
    assert cold[0] < cold[1] < cold[2]


def test_saturation_shade_and_vignette() -> None:
    red = np.full((64, 64, 3), (200, 60, 60), np.uint8)
    grey = graded(red, Grade(saturation=-1.0))
    assert np.ptp(grey[0, 0].astype(int)) <= 1
    shaded = graded(red, Grade(colour="#0000ff", shade=0.5))
    np.testing.assert_allclose(shaded[0, 0], [100, 30, 158], atol=1)
    corners = graded(red, Grade(vignette=0.8))
    assert corners[0, 0, 0] < 0.4 * corners[32, 32, 0]
    assert abs(int(corners[32, 32, 0]) - 200) <= 2


def test_light_is_brightest_at_its_place_and_ends() -> None:
    dark = np.full((100, 200, 3), 40, np.uint8)
    made = lit(dark, Light(at=(0.25, 0.5), colour="#ffffff", reach=0.4, strength=0.8))
    y, x = np.unravel_index(made[..., 0].argmax(), made.shape[:2])
    assert abs(x - 50) <= 3
    assert abs(y - 50) <= 3
    assert (made[:, 110:] == 40).all()
    assert made[50, 50, 0] == pytest.approx(255 - 215 * 0.2, abs=6)
