"""The engine's numbers as Prometheus reads them."""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any, cast

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from edge_server.engine.counting import BOUNDS, HELP, Histogram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from edge_server.engine.counting import Metric as Number

PREFIX = "pocketlens_engine_"
_LIMITS = (*(str(bound) for bound in BOUNDS), "+Inf")


class EngineNumbers(Collector):
    """Reads the engine each time that it is asked."""

    def __init__(self, read: Callable[[], Iterable[Number]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """One family for each name; its labels are the union of those that occur."""
        ordered = sorted(self._read(), key=lambda number: number.name)
        for name, group in groupby(ordered, key=lambda number: number.name):
            yield _family(name, list(group))


def _family(name: str, numbers: list[Number]) -> Metric:
    labels = sorted({label for number in numbers for label, _ in number.labels})
    kinds: dict[str, type[Any]] = {
        "counter": CounterMetricFamily,
        "gauge": GaugeMetricFamily,
        "histogram": HistogramMetricFamily,
    }
    family: Any = kinds[numbers[0].kind](PREFIX + name, HELP[name], labels=labels)
    for number in numbers:
        given = dict(number.labels)
        values = [given.get(label, "") for label in labels]
        if isinstance(number.value, Histogram):
            counts = accumulate(number.value.counts)
            buckets = list(zip(_LIMITS, counts, strict=True))
            family.add_metric(values, buckets=buckets, sum_value=number.value.sum)
        else:
            family.add_metric(values, number.value)
    return cast("Metric", family)
