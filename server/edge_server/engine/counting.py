"""What the engine counts: plain numbers, which an exporter reads or is told.

The engine tells an :class:`Observer`; :class:`Tally`, the default, keeps the sums.  Names
are those of the table :data:`HELP`, labels are few and bounded: models, stages, reasons.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from threading import Lock
from typing import Literal, Protocol, TypeAlias

Labels: TypeAlias = tuple[tuple[str, str], ...]
Kind: TypeAlias = Literal["counter", "gauge", "histogram"]

HELP = {
    "submissions": "Work that was taken into a queue, by model and priority",
    "rejects": "Work that was not taken, by model and reason",
    "outcomes": "Ends of the work that was taken, by model: answered, or the problem's code",
    "dropped": "Work that ended before it cost anything, by model and reason",
    "runs": "Calls of a model",
    "batch_size": "Photos in one call of a model",
    "seconds": "Time of one photo by model and stage: queue, load, run",
    "loads": "Models that were loaded",
    "evictions": "Models that were unloaded to make room",
    "stuck": "Threads that were given up because their model did not return",
    "poisoned": "Errors after which nothing that was loaded on a device is of use",
    "queue_depth": "Work that waits, by lane and priority",
    "slots": "Inference slots by lane",
    "busy_slots": "Inference slots that compute, by lane",
    "leaked_threads": "Threads that were given up and have not ended",
    "memory_bytes": "What the loaded models say they take, by device",
    "model_state": "1 at the state that a model is in",
}
# Seconds, and photos in a batch: one scale serves both.
_BELOW_ONE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5)
_FROM_ONE = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 600.0)
BOUNDS = (*_BELOW_ONE, *_FROM_ONE)


class Observer(Protocol):
    """Who is told; both are called from many threads, often, and must neither wait nor
    raise.
    """

    def count(self, name: str, **labels: str) -> None:
        """One more."""
        ...

    def observe(self, name: str, value: float, **labels: str) -> None:
        """One value of a distribution."""
        ...


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """``counts[i]`` values were at most ``BOUNDS[i]`` and above the bound before; the last
    count has those above every bound.
    """

    counts: tuple[int, ...]
    sum: float

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number by its name and labels, as of now."""

    name: str
    kind: Kind
    labels: Labels
    value: float | Histogram


class Tally:
    """An observer that adds up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[tuple[str, Labels], int] = defaultdict(int)
        self._buckets: dict[tuple[str, Labels], list[int]] = {}
        self._sums: dict[tuple[str, Labels], float] = defaultdict(float)

    def count(self, name: str, **labels: str) -> None:
        """One more."""
        key = name, labels_of(labels)
        with self._lock:
            self._counts[key] += 1

    def observe(self, name: str, value: float, **labels: str) -> None:
        """One value of a distribution."""
        key = name, labels_of(labels)
        with self._lock:
            buckets = self._buckets.setdefault(key, [0] * (len(BOUNDS) + 1))
            buckets[bisect_left(BOUNDS, value)] += 1
            self._sums[key] += value

    def total(self, name: str, **labels: str) -> int:
        """The count over everything that has these labels, whatever its others."""
        wanted = set(labels.items())
        with self._lock:
            counts = list(self._counts.items())
        return sum(n for (of, found), n in counts if of == name and wanted <= set(found))

    def metrics(self) -> tuple[Metric, ...]:
        """Every counter and histogram, in alphabetical order."""
        with self._lock:
            counts = dict(self._counts)
            spread = {
                key: Histogram(counts=tuple(buckets), sum=self._sums[key])
                for key, buckets in self._buckets.items()
            }
        counters = [_metric(key, "counter", n) for key, n in sorted(counts.items())]
        histograms = [_metric(key, "histogram", spread[key]) for key in sorted(spread)]
        return (*counters, *histograms)


def labels_of(labels: dict[str, str]) -> Labels:
    """The labels in alphabetical order."""
    return tuple(sorted(labels.items()))


def gauge(name: str, value: float, **labels: str) -> Metric:
    """A number as it stands now."""
    return _metric((name, labels_of(labels)), "gauge", value)


def _metric(key: tuple[str, Labels], kind: Kind, value: float | Histogram) -> Metric:
    return Metric(name=key[0], kind=kind, labels=key[1], value=value)
