from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.verdict import Interval, interval, judge, share_interval, worst
from edge_runtime.spec import Limit


def mean(samples: object) -> float:
    return float(np.mean(samples))  # type: ignore[arg-type]


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    inside = 0
    for trial in range(60):
        found = interval(list(rng.normal(5.0, 1.0, size=40)), mean, seed=trial)
        inside += found.low <= 5.0 <= found.high
    assert 46 <= inside <= 60  # 90 % of 60 are 54


def test_the_interval_is_the_same_for_a_seed() -> None:
    samples = list(np.random.default_rng(1).normal(size=12))
    assert interval(samples, mean, 7) == interval(samples, mean, 7)
    assert interval(samples, mean, 7) != interval(samples, mean, 8)


@pytest.mark.parametrize("samples", [[0.25] * 20, [0.25]])
def test_samples_that_are_all_equal_have_no_width(samples: list[float]) -> None:
    found = interval(samples, mean)
    assert (found.low, found.value, found.high) == (0.25, 0.25, 0.25)


def test_a_share_that_is_all_is_not_certain() -> None:
    """Of n photos that all agree, 5 % could still be short of n-th root of 0.05."""
    found = share_interval([1.0] * 100)
    assert found.low == pytest.approx(0.05 ** (1 / 100), abs=1e-4)
    assert found.high == 1


LEAST, MOST = Limit(metric="m", least=0.98), Limit(metric="m", most=0.02)


@pytest.mark.parametrize(
    ("low", "high", "photos", "limit", "expected"),
    [
        (0.985, 0.999, 50, LEAST, "PASS"),
        (0.970, 0.999, 50, LEAST, "INCONCLUSIVE"),
        (0.900, 0.970, 50, LEAST, "FAIL"),
        (0.985, 0.999, 9, LEAST, "INCONCLUSIVE"),
        (0.900, 0.970, 9, LEAST, "FAIL"),
        (0.001, 0.019, 50, MOST, "PASS"),
        (0.001, 0.021, 50, MOST, "INCONCLUSIVE"),
        (0.021, 0.030, 50, MOST, "FAIL"),
        (float("nan"), float("nan"), 50, MOST, "FAIL"),
    ],
)
def test_verdicts(low: float, high: float, photos: int, limit: Limit, expected: str) -> None:
    found = Interval(value=(low + high) / 2, low=low, high=high, photos=photos)
    assert judge(found, limit) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["PASS", "PASS"], "PASS"),
        (["PASS", "INCONCLUSIVE"], "INCONCLUSIVE"),
        (["INCONCLUSIVE", "FAIL", "PASS"], "FAIL"),
        ([], "INCONCLUSIVE"),
    ],
)
def test_the_worst_verdict_counts(verdicts: list[str], expected: str) -> None:
    assert worst(verdicts) == expected  # type: ignore[arg-type]


def test_set_wide_numbers_are_resampled_as_a_whole() -> None:
    """A statistic that is no mean of the samples: the largest."""
    found = interval([1.0, 2.0, 3.0, 9.0], lambda samples: float(max(samples)))
    assert found.value == 9.0
    assert found.low < 9.0
