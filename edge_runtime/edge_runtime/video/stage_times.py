"""Where the time goes: wall time of each stage of a pipeline, added up."""

from __future__ import annotations

from collections import defaultdict
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Given = TypeVar("Given")
Made = TypeVar("Made")


class StageTimes:
    """Milliseconds and calls by the stage's name; each stage belongs to one thread."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._calls: dict[str, int] = defaultdict(int)

    def timed(self, name: str, step: Callable[[Given], Made]) -> Callable[[Given], Made]:
        """The same step, its time counted under that name."""
        self._seconds[name] += 0.0  # keys are made before the threads are

        def run(given: Given) -> Made:
            started = perf_counter()
            try:
                return step(given)
            finally:
                self._seconds[name] += perf_counter() - started
                self._calls[name] += 1

        return run

    def mean_ms(self) -> dict[str, float]:
        """Milliseconds a call, by stage, in the order in which they were named."""
        return {
            name: round(1000 * spent / max(self._calls[name], 1), 3)
            for name, spent in self._seconds.items()
        }
