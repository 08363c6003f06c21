"""Whether a number is good enough, or there are too few photos to say.

The interval is a bootstrap over photos (BCa: Efron 1987, JASA 82), of which float and
variant share each one, so that what differs between photos cancels out; a share of photos
gets the exact binomial interval (Clopper and Pearson 1934), because no resampling of
photos that all agree can show the one that would not.  Each bound holds with a confidence
of 95 %, as in two one-sided tests (Schuirmann 1987): a gate asks about one side only.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from scipy import stats

from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edge_runtime.spec import Limit

Verdict: TypeAlias = Literal["PASS", "FAIL", "INCONCLUSIVE"]

CONFIDENCE = 0.90  # of the whole interval: 95 % on each side
RESAMPLES = 1000
FEWEST_PHOTOS = 10
"""With fewer photos an interval says little, however narrow it is: never a PASS."""


class Interval(Record, frozen=True, kw_only=True):
    """A number and an interval, each end of which holds with a confidence of 95 %."""

    value: float
    low: float
    high: float
    photos: int


def interval(
    samples: Sequence[Any], over: Callable[[Sequence[Any]], float], seed: int = 0
) -> Interval:
    """The bootstrap interval of ``over(samples)``; the samples are one a photo."""
    value = over(samples)
    if len(samples) < 2 or _all_equal(samples):
        return _interval(value, value, value, len(samples))

    def statistic(chosen: Any) -> float:
        return over([samples[i] for i in chosen])

    with warnings.catch_warnings(action="ignore"):  # a BCa of nothing that varies is NaN
        found = stats.bootstrap(
            (np.arange(len(samples)),),
            statistic,
            vectorized=False,
            n_resamples=RESAMPLES,
            confidence_level=CONFIDENCE,
            rng=np.random.default_rng(seed),
        )
    low, high = found.confidence_interval
    if not np.isfinite([low, high]).all():
        tail = 50 * (1 - CONFIDENCE)
        low, high = np.percentile(found.bootstrap_distribution, [tail, 100 - tail])
    return _interval(value, low, high, len(samples))


def share_interval(samples: Sequence[float]) -> Interval:
    """The exact interval of the share of ones among samples of 0 and 1."""
    ones = round(sum(samples))
    found = stats.binomtest(ones, len(samples)).proportion_ci(CONFIDENCE, method="exact")
    return _interval(ones / len(samples), found.low, found.high, len(samples))


def judge(found: Interval, limit: Limit) -> Verdict:
    """PASS where all of the interval is within the limit and there are enough photos, FAIL
    where all of it is beyond, INCONCLUSIVE between."""
    inside = within(found.low, limit), within(found.high, limit)
    if not any(inside):
        return "FAIL"
    if all(inside) and found.photos >= FEWEST_PHOTOS:
        return "PASS"
    return "INCONCLUSIVE"


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """One FAIL fails all; without any verdict nothing is known."""
    order: tuple[Verdict, ...] = ("FAIL", "INCONCLUSIVE", "PASS")
    return next((known for known in order if known in verdicts), "INCONCLUSIVE")


def within(value: float, limit: Limit) -> bool:
    """Whether a number is inside a limit; what is no number is not."""
    least = -np.inf if limit.least is None else limit.least
    most = np.inf if limit.most is None else limit.most
    return bool(least <= value <= most)


def _all_equal(samples: Sequence[Any]) -> bool:
    return all(sample == samples[0] for sample in samples[1:])


def _interval(value: float, low: float, high: float, photos: int) -> Interval:
    # Five digits: more would only tell one processor from another.
    value, low, high = (float(f"{number:.5g}") for number in (value, low, high))
    return Interval(value=value, low=low, high=high, photos=photos)
