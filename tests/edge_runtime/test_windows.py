from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from edge_runtime.errors import SpecError
from edge_runtime.windows import Stretch, cut, stretches, windows


# The same numbers as in mobile_assets/web/tests/windows.test.ts.
@pytest.mark.parametrize(
    ("have", "wanted"),
    [
        (5, [(0, 0, 5)]),
        (8, [(0, 0, 8)]),
        (9, [(0, 0, 4), (1, 4, 9)]),
        (15, [(0, 0, 5), (3, 5, 9), (7, 9, 15)]),
    ],
)
def test_windows_of_an_axis(have: int, wanted: list[tuple[int, int, int]]) -> None:
    assert stretches(have, 8, 2) == tuple(Stretch(*one) for one in wanted)


@pytest.mark.parametrize("have", range(1, 90))
def test_what_is_kept_covers_an_axis_and_is_far_enough_from_each_end(have: int) -> None:
    found = stretches(have, 16, 3)
    assert [one.first for one in found] == [0, *(one.last for one in found[:-1])]
    assert found[-1].last == have
    for one, after in pairwise(found):
        assert one.start + 16 - one.last >= 3
        assert after.first - after.start >= 3
    assert all(0 <= one.start <= max(0, have - 16) for one in found)


def test_margins_that_leave_nothing_are_refused() -> None:
    with pytest.raises(SpecError, match="below 4"):
        stretches(20, 8, 4)


def test_pixels_of_a_window_are_the_photos_and_its_edge_is_repeated() -> None:
    rgb = np.arange(30 * 20 * 3, dtype=np.uint8).reshape(30, 20, 3)
    for window in windows((30, 20), (16, 24), 3):
        pixels = cut(rgb, window, (16, 24))
        assert pixels.shape == (16, 24, 3)
        top = window.rows.start
        assert np.array_equal(pixels[:, :20], rgb[top : top + 16])
        assert (pixels[:, 20:] == pixels[:, 19:20]).all()
