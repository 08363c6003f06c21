"""What the engine costs, against the bare loop in the same run: in process, no HTTP.

    python server/bench/engine.py            # image-classification, 8 callers
    python server/bench/engine.py --json

Two questions.  ``overhead``: how long a submission takes around a model that does nothing.
``throughput``: photos a second through the engine, as a share of the same number of threads
that run the model in a bare loop.  Bare and engine take turns, and the median of the ratios
counts, since machines are noisy; ``cpu_ratio``, of the processor time that a photo takes in
this process, minds less what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime import Lens
from edge_runtime.bundle import Bundle
from edge_runtime.images import Photo, open_photo
from edge_runtime.spec import Record
from edge_server.engine.engine_settings import EngineSettings
from edge_server.engine.interface import Deadline, Servable
from edge_server.engine.local import LocalEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from edge_server.heavy_model import Job

PHOTO = Path(__file__).parents[2] / "calibration" / "data" / "samples" / "china.jpg"


class Nothing(Record, frozen=True, kw_only=True):
    """No parameters."""


class Classifier:
    """The bundle's classifier as a runner."""

    memory_bytes = 100 * 2**20

    def __init__(self, bundle: Bundle) -> None:
        self._lens = Lens(bundle)

    def run(self, jobs: Sequence[Job]) -> Sequence[Any]:
        """The labels of each photo."""
        return [self.one(job.rgb) for job in jobs]

    def one(self, rgb: NDArray[np.uint8]) -> Any:
        """The labels of a photo."""
        return self._lens.classify(Photo(rgb))

    def close(self) -> None:
        """Nothing to give back."""


class Idle:
    """A model that does nothing."""

    memory_bytes = 1

    def run(self, jobs: Sequence[Job]) -> Sequence[Any]:
        """None for each."""
        return [None] * len(jobs)

    def close(self) -> None:
        """Nothing to give back."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--photos", type=int, default=150, help="in each turn")
    parser.add_argument("--turns", type=int, default=21)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    slots = os.cpu_count() or 1
    found = {
        "slots": slots,
        "callers": options.callers,
        "overhead_us": round(1e6 * overhead(), 1),
        **throughput(slots, options),
    }
    print(json.dumps(found) if options.json else _table(found))
    return 0


def overhead(submissions: int = 3000) -> float:
    """Seconds of a submission around nothing, one caller: the median of seven turns."""
    engine = _engine("idle", Idle, slots=1)
    rgb = np.zeros((8, 8, 3), np.uint8)

    def turn() -> float:
        began = perf_counter()
        for _ in range(submissions):
            _ask(engine, "idle", rgb)
        return (perf_counter() - began) / submissions

    turn()
    seconds = median(turn() for _ in range(7))
    engine.close()
    return seconds


def throughput(slots: int, options: argparse.Namespace) -> dict[str, Any]:
    """Photos a second, bare and through the engine, and the ratio of each turn."""
    bundle, rgb = Bundle.open(), open_photo(PHOTO).rgb
    bare = [Classifier(bundle) for _ in range(slots)]
    engine = _engine("image-classification", lambda: Classifier(bundle), slots)
    engine.warm(["image-classification"])
    calls: list[list[Callable[[], Any]]] = [
        [lambda one=one: one.one(rgb) for one in bare],
        [lambda: _ask(engine, "image-classification", rgb)] * options.callers,
    ]
    for group in calls:
        _rate(group, 4 * slots)
    turns = [_turn(calls, number, options.photos) for number in range(options.turns)]
    engine.close()
    ratios = sorted(through[0] / alone[0] for alone, through in turns)
    return {
        "bare_per_second": round(median(alone[0] for alone, _ in turns), 1),
        "engine_per_second": round(median(through[0] for _, through in turns), 1),
        "ratio": round(median(ratios), 3),
        "ratio_quartiles": [round(ratios[len(ratios) * q // 4], 3) for q in (1, 3)],
        "bare_cpu_ms": round(median(alone[1] for alone, _ in turns), 2),
        "engine_cpu_ms": round(median(through[1] for _, through in turns), 2),
        "cpu_ratio": round(median(alone[1] / through[1] for alone, through in turns), 3),
    }


def _turn(
    calls: list[list[Callable[[], Any]]], number: int, photos: int
) -> list[tuple[float, float]]:
    """Bare and engine, each first as often as the other."""
    first = number % 2
    found = {way: _rate(calls[way], photos) for way in (first, 1 - first)}
    print(f"turn {number + 1}: {found[0][0]:.0f}, {found[1][0]:.0f} a second", file=sys.stderr)
    return [found[0], found[1]]


def _rate(callers: Sequence[Callable[[], Any]], photos: int) -> tuple[float, float]:
    """Photos a second, and milliseconds of processor time for each."""
    numbers = count()

    def work(call: Callable[[], Any]) -> None:
        while next(numbers) < photos:
            call()

    with ThreadPoolExecutor(len(callers)) as threads:
        began, used = perf_counter(), process_time()
        for done in [threads.submit(work, call) for call in callers]:
            done.result()
        seconds, spent = perf_counter() - began, process_time() - used
    return photos / seconds, 1000 * spent / photos


def _engine(model_id: str, make: Callable[[], Any], slots: int) -> LocalEngine:
    servable = Servable(
        id=model_id,
        load=lambda _device: make(),
        available=lambda: True,
        own_slot=True,
        lane="light",
    )
    return LocalEngine([servable], EngineSettings(slots=slots, queue=64))


def _ask(engine: LocalEngine, model_id: str, rgb: NDArray[np.uint8]) -> Any:
    return engine.submit(model_id, rgb, Nothing(), Deadline.after(60)).result()


def _table(found: dict[str, Any]) -> str:
    width = max(map(len, found))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in found.items())


if __name__ == "__main__":
    raise SystemExit(main())
