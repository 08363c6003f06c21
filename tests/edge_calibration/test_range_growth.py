from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.health.range_growth import SeenRanges, growth

SEEN = [
    {"grows": (0.0, 1.0), "still": (-1.0, 1.0), "zero": (0.0, 0.0)},
    {"grows": (0.0, 2.0), "still": (-1.0, 1.0), "zero": (0.0, 0.0)},
    {"grows": (-1.0, 4.0), "still": (-1.0, 1.0), "zero": (0.0, 0.0)},
]
RANGES = SeenRanges.of(["a", "b", "c"], SEEN)


def test_ranges_become_a_table() -> None:
    assert RANGES.tensors == ("grows", "still", "zero")
    assert RANGES.low[:, 0].tolist() == [0, 0, -1]
    assert RANGES.high[:, 1].tolist() == [1, 1, 1]


def test_growth_by_hand() -> None:
    """Without c, ``grows`` spans 0..2 of -1..4: c alone makes up 3 of 5."""
    found = growth("m", RANGES)
    assert found.tensors == 3
    assert found.next_photo == pytest.approx((3 / 5) / 3 / 3, rel=1e-3)
    assert found.stretchers == ("c",)
    assert found.widest[0].tensor == "grows"
    assert found.widest[0].next_photo == pytest.approx(0.2)
    assert found.beyond is None
    assert found.leavers == ()


def test_the_curve_rises_to_one_and_is_the_same_again() -> None:
    curve = growth("m", RANGES).curve
    assert len(curve) == 3
    assert list(curve) == sorted(curve)
    assert curve[-1] == 1
    assert growth("m", RANGES).curve == curve


def test_ranges_that_do_not_grow_say_so() -> None:
    same = SeenRanges.of(["a", "b"], [SEEN[0], SEEN[0]])
    found = growth("m", same)
    assert found.next_photo == 0
    assert found.curve == (1, 1)
    assert found.stretchers == ()


def test_another_set_leaves_the_ranges_by_what_is_beyond() -> None:
    other = [
        {"grows": (-2.0, 5.5), "still": (0.0, 0.5), "zero": (0.0, 0.0)},
        {"grows": (0.0, 1.0), "still": (0.0, 0.5), "zero": (0.0, 0.0)},
    ]
    found = growth("m", RANGES, SeenRanges.of(["far", "near"], other))
    assert found.beyond == pytest.approx(2.5 / 5 / 6, rel=1e-3)
    assert found.often_beyond == pytest.approx(1 / 6, rel=1e-3)
    assert found.leavers == ("far",)
    assert found.widest[0].beyond == pytest.approx(0.5)


def test_more_photos_of_a_kind_are_expected_to_add_less() -> None:
    rng = np.random.default_rng(0)
    high = rng.normal(10, 1, size=(64, 20))
    seen = [{f"t{t}": (0.0, float(v)) for t, v in enumerate(row)} for row in high]
    expected = [
        growth("m", SeenRanges.of([str(i) for i in range(n)], seen[:n])).next_photo
        for n in (4, 16, 64)
    ]
    assert expected == sorted(expected, reverse=True)
    actual = high[:17].max(axis=0).mean() / high[:16].max(axis=0).mean() - 1
    assert expected[1] == pytest.approx(actual, abs=0.01)
