from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.health.coverage import (
    allowed_outside,
    distances,
    near_limit,
    nearest,
    outside,
    spread,
)


def on_circle(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_distances_are_hellingers() -> None:
    apart = distances(on_circle(0), on_circle(0, 60, 90))
    assert apart == pytest.approx(np.array([[0, np.sqrt(0.5), 1]]))


def test_nearest_is_to_the_first_set() -> None:
    assert nearest(on_circle(0, 90), on_circle(0, 30, 60)) == pytest.approx(
        np.sqrt(1 - np.cos(np.radians([0, 30, 30])))
    )


def test_spread_is_the_mean_over_pairs() -> None:
    assert spread(on_circle(0, 0, 90)) == pytest.approx(2 / 3)
    assert spread(on_circle(0)) == 0


def test_what_is_near_depends_on_how_many_there_are() -> None:
    photos = on_circle(*np.linspace(0, 90, 60))
    few, many = near_limit(photos, 3), near_limit(photos, 30)
    assert few > many > 0
    assert near_limit(photos, 3) == few
    assert near_limit(photos, 500) == pytest.approx(near_limit(photos, 59))


def test_outside_is_beyond_the_least_and_largest() -> None:
    found = outside(np.array([0.2, 0.6]), np.array([0.1, 0.2, 0.4, 0.6, 0.7]))
    assert found.tolist() == [True, False, False, False, True]


@pytest.mark.parametrize(("count", "others"), [(8, 30), (24, 200), (100, 100)])
def test_chance_puts_more_outside_in_one_of_forty_sets(count: int, others: int) -> None:
    rng = np.random.default_rng(0)
    draws = [outside(rng.random(count), rng.random(others)).mean() for _ in range(4000)]
    assert 0.001 < np.mean(np.array(draws) > allowed_outside(count, others)) < 0.026
    shares = [1 - np.ptp(rng.random(count)) for _ in range(20000)]
    assert allowed_outside(count, 10**9) == pytest.approx(np.quantile(shares, 0.975), rel=0.03)


def test_nothing_can_be_said_of_the_range_of_one() -> None:
    assert allowed_outside(1, 10) == 1
