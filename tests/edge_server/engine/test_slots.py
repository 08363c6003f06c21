from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from threading import Event, Thread, get_native_id
from typing import Any

import pytest

from edge_server.engine.lane import Lane
from edge_server.engine.resident import Place
from edge_server.engine.slots import Duty, Pool, Slot, Watch, stand_back
from edge_server.problems import Draining, ModelUnhealthy


class Yard:
    """A pool whose duty holds the value 1 until ``gate``."""

    def __init__(self) -> None:
        self.lane = Lane("yard", capacity=99, slots=1)
        self.gate, self.entered, self.stuck = Event(), Event(), Event()
        self.due = False
        self.done: list[int] = []
        self.given_up: list[int] = []
        duty = Duty(execute=self._execute, limit=lambda _first, _place: 1)
        watch = Watch(due=lambda _running: self.due, given_up=self._told, every=0.01)
        self.pool = Pool([(self.lane, "cpu")], duty, watch)

    def _execute(self, batch: Any, _place: Any) -> float:
        value = batch[0].work.params.value
        if value == 1:
            self.entered.set()
            assert self.gate.wait(20)
        if value == 2:
            raise KeyError("nobody thought of it")
        self.done.append(value)
        batch[0].cancel()
        return 0.0

    def _told(self, _slot: Any, running: Any) -> None:
        self.due = False
        self.given_up.append(running.batch[0].work.params.value)
        self.stuck.set()


@pytest.fixture
def yard() -> Iterator[Yard]:
    made = Yard()
    yield made
    made.gate.set()
    made.lane.close()
    assert made.pool.stop(20)


class ClosedMeanwhile(Lane):
    """A lane that is closed just after something was taken from it."""

    def take(self, limit: Any) -> list[Any]:
        taken = super().take(limit)
        self.close()
        return taken


def test_what_a_slot_takes_while_the_engine_ends_is_told_so(submission: Any) -> None:
    lane, asked = ClosedMeanwhile("yard", capacity=9, slots=1), submission("m", 3)
    lane.put(asked)
    duty = Duty(execute=lambda _batch, _place: 0.0, limit=lambda _first, _place: 1)
    slot = Slot(lane, Place("cpu"), duty)
    slot.thread.start()
    slot.thread.join(20)
    with pytest.raises(Draining):
        asked.result()


def test_a_slot_takes_one_after_the_other(yard: Yard, submission: Any) -> None:
    for value in (3, 4, 5):
        yard.lane.put(submission("m", value))
    assert yard.lane.wait_idle(20)
    assert yard.done == [3, 4, 5]


def test_a_slot_survives_what_nobody_thought_of(yard: Yard, submission: Any) -> None:
    bad, good = submission("m", 2), submission("m", 3)
    yard.lane.put(bad)
    yard.lane.put(good)
    assert yard.lane.wait_idle(20)
    with pytest.raises(ModelUnhealthy):
        bad.result()
    assert yard.done == [3]


def test_one_that_is_stuck_is_replaced_and_counted_until_it_ends(
    yard: Yard, submission: Any
) -> None:
    place = yard.pool.places(yard.lane)
    stuck = submission("m", 1)
    yard.lane.put(stuck)
    assert yard.entered.wait(20)
    assert yard.pool.running() == [stuck]
    assert yard.lane.busy() == 1
    yard.due = True
    assert yard.stuck.wait(20)
    yard.lane.put(submission("m", 3))
    assert yard.lane.wait_idle(20)
    assert (yard.done, yard.given_up) == ([3], [1])
    assert yard.pool.places(yard.lane) != place
    assert yard.pool.leaked() == 1
    leaked = yard.pool._leaked[0].thread
    yard.gate.set()
    leaked.join(20)
    assert yard.pool.leaked() == 0
    yard.lane.put(submission("m", 4))
    assert yard.lane.wait_idle(20)
    assert yard.done == [3, 1, 4]
    assert yard.lane.busy() == 0


def test_a_pool_that_has_a_stuck_thread_says_so_at_the_end(submission: Any) -> None:
    yard = Yard()
    yard.lane.put(submission("m", 1))
    assert yard.entered.wait(20)
    yard.lane.close()
    assert not yard.pool.stop(0.05)
    yard.gate.set()
    assert yard.pool.stop(20)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own")
def test_a_thread_and_those_it_starts_stand_back_and_no_other() -> None:
    found: list[int] = []

    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, get_native_id())

    def standing() -> None:
        stand_back(3)
        found.append(nice())
        child = Thread(target=lambda: found.append(nice()))
        child.start()
        child.join()

    before = nice()
    thread = Thread(target=standing)
    thread.start()
    thread.join()
    expected = min(before + 3, 19)
    assert (found, nice()) == ([expected, expected], before)
