from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from edge_server.api.gate import CALM_SECONDS, Gate
from edge_server.engine.interface import Deadline
from edge_server.problems import DeadlineExceeded, Overloaded, Problem


class Crowd:
    """Threads that pass a gate and stay inside until they are let out."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.out = threading.Semaphore(0)
        self.ends: list[str] = []
        self.threads: list[threading.Thread] = []
        self.left = 0

    def come(self, count: int, seconds: float = 30) -> None:
        for _ in range(count):
            thread = threading.Thread(target=self._pass, args=(seconds,))
            thread.start()
            self.threads.append(thread)
        self._settle()

    def _pass(self, seconds: float) -> None:
        try:
            with self.gate.passed(Deadline.after(seconds)):
                self.out.acquire()
            self.ends.append("passed")
        except Problem as problem:
            self.ends.append(problem.code)

    def leave(self, count: int = 1) -> None:
        for _ in range(count):
            self.out.release()
        self.left += count
        self._settle()

    def _settle(self) -> None:
        """Until everybody is inside, waits where that may be, or has ended."""
        end = time.monotonic() + 20
        while not self._settled():
            assert time.monotonic() < end, self.ends
            time.sleep(0.002)

    def _settled(self) -> bool:
        ended = list(self.ends)  # looked at first: whoever ends meanwhile is counted nowhere
        with self.gate._turn:
            inside, waiting = self.gate._inside, self.gate._waiting
            full = inside == self.gate._permits and not self.gate.overloaded
        everybody = len(ended) + inside + waiting == len(self.threads)
        return everybody and (full or not waiting) and ended.count("passed") == self.left

    def finish(self) -> list[str]:
        for _ in self.threads:
            self.out.release()
        for thread in self.threads:
            thread.join(20)
        return sorted(self.ends)


@pytest.fixture
def crowd() -> Iterator[Callable[[int, int], Crowd]]:
    made: list[Crowd] = []

    def build(permits: int, waiting: int) -> Crowd:
        made.append(Crowd(Gate(permits, waiting)))
        return made[-1]

    yield build
    for one in made:
        one.finish()


def test_those_who_can_wait_lose_nothing(crowd: Callable[[int, int], Crowd]) -> None:
    people = crowd(2, 6)
    people.come(8)
    assert people.ends == []
    assert people.finish() == ["passed"] * 8


def test_one_too_many_ends_the_waiting(
    crowd: Callable[[int, int], Crowd], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_server.api.gate.monotonic", lambda: 1000.0)
    people = crowd(2, 6)
    people.come(9)
    assert people.ends == ["overloaded"] * 7
    people.leave()
    people.come(1)  # there is room: it is let in
    people.come(1)  # there is none: nobody waits now
    assert people.ends.count("overloaded") == 8
    assert people.finish().count("passed") == 3


def test_it_ends_when_nobody_was_refused_for_a_while(
    crowd: Callable[[int, int], Crowd], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("edge_server.api.gate.monotonic", lambda: now[0])
    people = crowd(1, 1)
    people.come(3)
    assert people.ends == ["overloaded"] * 2
    now[0] += CALM_SECONDS
    people.come(1)
    assert people.ends == ["overloaded"] * 2
    assert people.finish() == ["overloaded"] * 2 + ["passed"] * 2


def test_a_turn_that_comes_too_late(crowd: Callable[[int, int], Crowd]) -> None:
    people = crowd(1, 5)
    people.come(1)
    with pytest.raises(DeadlineExceeded), people.gate.passed(Deadline.after(0.05)):
        pass
    assert not people.gate.overloaded


def test_an_error_inside_frees_the_place() -> None:
    gate = Gate(1, 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.passed(Deadline.after(1)):
            _ = 1 / 0
    with gate.passed(Deadline.after(1)), pytest.raises(Overloaded):
        gate._enter(Deadline.after(1))
