from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.exams.paintings import PSNR
from edge_calibration.metrics import Metric
from edge_calibration.search.scoring import cautious, difference, used_up
from edge_runtime.spec import Limit, Tensor


def metric(better: str = "more", unit: str = "") -> Metric:
    return Metric(
        name="m",
        title="",
        unit=unit,
        better=better,  # type: ignore[arg-type]
        compare=lambda made, wanted: made - wanted,
    )


@pytest.mark.parametrize(
    ("limit", "unit", "value", "share"),
    [
        (Limit(metric="m", least=0.99), "", 1.0, 0.0),
        (Limit(metric="m", least=0.99), "", 0.995, 0.5),
        (Limit(metric="m", least=0.99), "", 0.97, 3.0),
        (Limit(metric="m", most=0.3), "px", 0.0, 0.0),
        (Limit(metric="m", most=0.3), "px", 0.15, 0.5),
        (Limit(metric="m", least=40), "dB", 40, 1.0),
        (Limit(metric="m", least=40), "dB", 60, 0.1),
        (Limit(metric="m", least=40), "dB", 34, 2.0),
    ],
)
def test_at_one_a_gate_just_passes(limit: Limit, unit: str, value: float, share: float) -> None:
    assert used_up(metric(unit=unit), limit, value) == pytest.approx(share, rel=5e-3)


def test_few_photos_that_differ_are_doubted() -> None:
    samples = [0.9, 1.0, 0.8, 0.9]
    below = cautious(metric("more"), samples)
    above = cautious(metric("less"), samples)
    assert below < 0.9 < above
    assert 0.9 - below == pytest.approx(above - 0.9)
    assert 0.9 - cautious(metric("more"), samples * 4) < (0.9 - below) / 1.9
    assert cautious(metric("more"), [0.9, 0.9]) == pytest.approx(0.9)
    assert cautious(metric("more"), [0.7]) == 0.7


def test_what_is_no_number_is_as_it_is() -> None:
    made = Metric(
        name="ap", title="", unit="", better="more", compare=lambda a, b: a, over=lambda _: 0.5
    )
    assert cautious(made, [object(), object()]) == 0.5


def test_a_difference_is_over_the_span() -> None:
    output = Tensor(name="x", shape=(1, 4), meaning="", unit="", span=10)
    made, wanted = np.array([[1.0, 0, 0, 0]], np.float32), np.zeros((1, 4), np.float32)
    assert difference(output, made, {"x": wanted}) == pytest.approx((0.0025, 0.1, 0.025))


def test_only_candidates_that_score_are_compared() -> None:
    output = Tensor(name="x", shape=(1, 2, 4), meaning="", unit="", where="scores")
    made, wanted = np.zeros((1, 2, 4), np.float32), np.zeros((1, 2, 4), np.float32)
    made[0, 0], made[0, 1] = 9.0, 0.5
    scores = np.array([[0.05, 0.9]], np.float32)
    found = difference(output, made, {"x": wanted, "scores": scores})
    assert found == pytest.approx((0.25, 0.5, 0.5))
    none = {"x": wanted, "scores": np.zeros((1, 2), np.float32)}
    assert difference(output, made, none) == (0, 0, 0)


def test_decibels_of_painting_are_told_by_their_unit() -> None:
    assert PSNR.unit == "dB"
