from __future__ import annotations

import numpy as np

from edge_calibration.reports.page import GAIN, _difference

"""The page itself is written and looked into in test_evaluate."""


def test_differences_are_shown_larger_and_never_wrap_around() -> None:
    one, other = np.array([[10, 250]], np.uint8), np.array([[12, 10]], np.uint8)
    assert _difference(one, other).tolist() == [[2 * GAIN, 255]]
    assert np.array_equal(_difference(one, other), _difference(other, one))
