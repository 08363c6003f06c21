from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

import pytest

from edge_runtime.video.pipelining import Line, run_line
from edge_runtime.video.stage_times import StageTimes


def numbers(count: int) -> Generator[int, None, None]:
    yield from range(count)


def run(**parts: Any) -> tuple[list[Any], Line, StageTimes]:
    taken: list[Any] = []
    parts.setdefault("source", lambda: numbers(20))
    parts.setdefault("steps", ())
    line, times = Line(sink=("take", taken.append), **parts), StageTimes()
    run_line(line, times)
    return taken, line, times


def test_every_item_passes_every_step_in_order() -> None:
    steps = (("double", lambda item: 2 * item), ("more", lambda item: item + 1))
    taken, line, times = run(steps=steps, depth=2)
    assert taken == [2 * item + 1 for item in range(20)]
    assert line.dropped == 0
    assert set(times.mean_ms()) == {"decode", "double", "more", "take"}


def test_steps_overlap() -> None:
    """Each waits for the other, on different items: one after the other would never end."""
    meet = threading.Barrier(2)

    def first(item: int) -> int:
        if item == 1:
            meet.wait(timeout=30)
        return item

    def second(item: int) -> int:
        if item == 0:
            meet.wait(timeout=30)
        return item

    taken, _, _ = run(steps=(("first", first), ("second", second)))
    assert taken == list(range(20))


def test_an_error_of_the_source_comes_after_all_before_it() -> None:
    taken: list[int] = []

    def source() -> Generator[int, None, None]:
        yield from range(5)
        raise ValueError("unplugged")

    line = Line(source=source, steps=(("same", lambda i: i),), sink=("take", taken.append))
    with pytest.raises(ValueError, match="unplugged"):
        run_line(line, StageTimes())
    assert taken == list(range(5))


@pytest.mark.parametrize("where", ["step", "sink"])
def test_an_error_ends_an_endless_source_and_closes_it(where: str) -> None:
    closed = threading.Event()

    def source() -> Generator[int, None, None]:
        item = 0
        try:
            while True:
                yield item
                item += 1
        finally:
            closed.set()

    def fail(item: int) -> int:
        if item == 3:
            raise RuntimeError("out of order")
        return item

    good = ("good", lambda item: item)
    steps, sink = ((("bad", fail),), good) if where == "step" else ((good,), ("bad", fail))
    with pytest.raises(RuntimeError, match="out of order"):
        run_line(Line(source=source, steps=steps, sink=sink), StageTimes())
    assert closed.is_set()


def test_a_source_that_does_not_wait_loses_what_is_too_late() -> None:
    """The step holds on until the source has ended: what is left is what fits."""
    ended = threading.Event()

    def source() -> Generator[int, None, None]:
        yield from range(100)
        ended.set()

    def slow(item: int) -> int:
        ended.wait(timeout=30)
        return item

    taken, line, _ = run(source=source, steps=(("slow", slow),), depth=1, drops=True)
    assert taken[-1] == 99
    assert taken == sorted(taken)
    assert len(taken) <= 3
    assert line.dropped == 100 - len(taken)
