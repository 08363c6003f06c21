from __future__ import annotations

import numpy as np
import pytest

from edge_convert.golden_tolerance import OPEN, left_open, rounded_up, tolerance, wider
from edge_runtime import contract as c
from edge_runtime.golden import EXACT, Noise, Tolerance


@pytest.mark.parametrize(
    ("value", "up"), [(0, 0), (1, 1), (1.0001, 2), (0.00123, 0.002), (9.5, 10), (2e-9, 2e-9)]
)
def test_rounding_up_to_one_digit(value: float, up: float) -> None:
    assert rounded_up(value) == pytest.approx(up, rel=1e-12)
    assert rounded_up(value) >= value


def noise(max_abs: float, mean_abs: float) -> Noise:
    return Noise(source="s", max_abs=max_abs, mean_abs=mean_abs)


def test_three_times_the_largest_noise_and_what_is_left_open() -> None:
    left = Tolerance(max_abs=1, mean_abs=0.5)
    made = tolerance([noise(1, 0.1), noise(2, 0.05)], left)
    assert made == Tolerance(max_abs=7, mean_abs=0.8)
    assert tolerance([], left) == left


def test_what_changes_the_shape_has_no_tolerance() -> None:
    assert tolerance([noise(1, 1), None], EXACT) is None


def test_only_steps_that_round_leave_something_open() -> None:
    for step in (c.DecodePhoto(), c.Resize(fit="crop"), c.WriteTensor()):
        assert left_open(step) == EXACT
    assert left_open(c.CropSquare(scale=1)).max_abs == 1


def test_after_a_run_its_rounding_counts_in_the_scale_of_the_numbers() -> None:
    unit = OPEN[c.Run].max_abs
    assert wider(EXACT, c.Run(), np.array([0.5])).max_abs == unit
    assert wider(EXACT, c.MapBoxes(), np.array([-200.0])).max_abs == 200 * unit
    pixels = np.array([200], np.uint8)
    assert wider(EXACT, c.Resize(fit="crop"), pixels) == EXACT
    assert wider(EXACT, c.RoundPixels(output="p"), pixels).max_abs == 1
