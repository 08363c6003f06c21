from __future__ import annotations

import pytest

from edge_calibration.factory import open_factory


def test_ranges_hold_what_goes_into_a_model_and_comes_out() -> None:
    factory = open_factory()
    samples = list(factory.samples("smile").values())[:2]
    seen = factory.ranges("smile", samples)
    assert len(seen) == 2
    for inputs, ranges in zip(samples, seen, strict=True):
        made = factory.network("smile")(inputs)
        for value in (*inputs.values(), *made.values()):
            ends = pytest.approx((float(value.min()), float(value.max())), rel=1e-3, abs=1e-3)
            assert any(found == ends for found in ranges.values())
        assert all(low <= high for low, high in ranges.values())
        assert len(ranges) > 20
