from __future__ import annotations

from fractions import Fraction

import pytest

from edge_runtime.video.timeline import Timeline, start_of, step_of


@pytest.mark.parametrize(
    ("given", "placed"),
    [
        ([0, 3, 6], [0, 3, 6]),
        ([0, 1, 7, 8], [0, 1, 7, 8]),  # a variable rate stays
        ([0, None, 6], [0, 3, 6]),
        ([None, None], [0, 3]),
        ([0, 3, 3, 9], [0, 3, 6, 12]),  # the same time twice moves the rest on
        ([90, 93, 0, 3, 6], [90, 93, 96, 99, 102]),  # a clock that began anew
    ],
)
def test_times_only_grow(given: list[int | None], placed: list[int]) -> None:
    line = Timeline(time_base=Fraction(1, 90), step=3)
    assert [line.place(pts) for pts in given] == placed
    assert line.seconds(90) == 1.0


def test_it_begins_where_the_film_does() -> None:
    line = Timeline(time_base=Fraction(1, 1000), start=1400)
    assert [line.place(pts) for pts in (1400, 1433)] == [0, 33]


def test_rates_and_starts_in_units() -> None:
    base = Fraction(1, 90_000)
    assert step_of(Fraction(30), base) == 3000
    assert step_of(None, base) == 3000
    assert step_of(Fraction(1000), Fraction(1, 30)) == 1
    assert start_of(1_400_000, base) == 126_000
    assert start_of(None, base) == 0
