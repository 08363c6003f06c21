from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.layers.tensor_error import CodeTally, ErrorTally, snr_db


def numbers(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("made", "wanted", "decibels"),
    [
        (numbers(1, 2), numbers(1, 2), 200),
        (numbers(0, 0), numbers(0, 0), 200),
        (numbers(1, 0), numbers(0, 0), -200),
        (numbers(1.1, 0), numbers(1, 0), 20),
        (numbers(2, 0), numbers(1, 0), 0),
        (numbers(np.nan, 0), numbers(1, 0), -200),
        (numbers(np.inf, 0), numbers(1, 0), -200),
    ],
)
def test_signal_over_error(made: np.ndarray, wanted: np.ndarray, decibels: float) -> None:
    assert snr_db(made, wanted) == pytest.approx(decibels, abs=1e-4)


def test_photos_add_up() -> None:
    tally = ErrorTally()
    assert tally.found() is None
    tally.add(numbers(0, 1), numbers(0, 2))
    tally.add(numbers(4, 4), numbers(4, 4))
    found = tally.found()
    assert found is not None
    assert found.snr_db == pytest.approx(10 * np.log10(36 / 1), abs=0.01)
    assert found.cosine == pytest.approx(34 / np.sqrt(36 * 33), abs=1e-6)
    assert (found.max_abs, found.mean_abs) == (0.25, 0.0625)  # of a range of 4


def test_what_never_changes_has_no_range_to_divide_by() -> None:
    tally = ErrorTally()
    tally.add(numbers(3, 3), numbers(2, 2))
    found = tally.found()
    assert found is not None
    assert found.max_abs == 0.5


def test_codes_are_counted() -> None:
    tally = CodeTally(scale=0.5, zero_point=-128)
    tally.add(np.array([-128, -128, 127, 0], np.int8), numbers(-0.2, -0.3, 300, 64))
    found = tally.found()
    assert found.held == (0, 127.5)
    assert found.seen == (pytest.approx(-0.3), 300)
    assert found.at_ends == 0.75
    assert found.clipped == 0.5  # -0.2 is within half a step
    assert found.dead == pytest.approx(253 / 256, abs=1e-4)
