from __future__ import annotations

import math

import numpy as np
import pytest

from edge_runtime.video.one_euro import OneEuro, Steadiness

HOW = Steadiness(rest_hz=0.5, per_speed=0.5, speed_hz=2.0)


def smoothed(values: np.ndarray, how: Steadiness = HOW) -> np.ndarray:
    one = OneEuro(how)
    return np.array([one.smooth(value, n / 30) for n, value in enumerate(values)])


def test_it_is_the_filter_of_the_paper() -> None:
    """Written out for one number: equations 4 to 9 of Casiez et al."""
    values, rate = [1.0, 1.5, 0.7, 3.0], 30.0

    def alpha(cutoff: float) -> float:
        return 1 / (1 + rate / (2 * math.pi * cutoff))

    wanted, speed = [values[0]], 0.0
    for value in values[1:]:
        speed += alpha(2.0) * ((value - wanted[-1]) * rate - speed)
        share = alpha(0.5 + 0.5 * abs(speed))
        wanted.append(wanted[-1] + share * (value - wanted[-1]))
    got = smoothed(np.array(values)[:, None])[:, 0]
    np.testing.assert_allclose(got, wanted, rtol=1e-12)


def test_what_rests_is_steadied_and_what_moves_is_followed() -> None:
    noise = np.random.default_rng(0).normal(0, 0.03, (90, 5, 2))
    still = smoothed(noise)
    steps, before = (np.abs(np.diff(one[10:], axis=0)).mean() for one in (still, noise))
    assert steps < before / 4
    way = np.linspace(0, 300, 90)[:, None, None] + np.zeros((1, 1, 2))
    assert np.abs(smoothed(way)[30:] - way[30:]).max() < 1.0


def test_speeds_are_relative_to_the_scale() -> None:
    values = np.random.default_rng(1).normal(0, 1, (20, 3, 2))
    one, other = OneEuro(HOW), OneEuro(HOW)
    for number, value in enumerate(values):
        small = one.smooth(value, number / 30, scale=2.0)
        large = other.smooth(10 * value, number / 30, scale=20.0)
    np.testing.assert_allclose(large, 10 * small)


@pytest.mark.parametrize("again", [0.0, -1.0])
def test_time_that_does_not_pass_begins_anew(again: float) -> None:
    one = OneEuro(HOW)
    one.smooth(np.zeros((1, 2)), 0.0)
    assert one.smooth(np.ones((1, 2)), again).tolist() == [[1.0, 1.0]]
    one.reset()
    assert one.smooth(np.full((1, 2), 5.0), 1.0).tolist() == [[5.0, 5.0]]
