"""Threads that compute, and the one that watches them.

A thread cannot be killed.  One whose model does not return is given up: another takes its
place, with models of its own, and it is counted as leaked until its model returns after
all, if it ever does.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread, get_native_id
from time import monotonic
from typing import TYPE_CHECKING

from edge_server.engine.failures import Failure, problem_of
from edge_server.engine.resident import Place
from edge_server.problems import Draining

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edge_server.engine.lane import Lane
    from edge_server.engine.submission import Submission

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Running:
    """What a slot computes, and since when by the monotonic clock."""

    batch: Sequence[Submission]
    since: float

    @property
    def model_id(self) -> str:
        """The model's."""
        return self.batch[0].work.model_id

    def unwanted_since(self) -> float:
        """When the last of those who waited did so no more, in the future as a rule."""
        return max(one.ended if one.settled else one.work.deadline.at for one in self.batch)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What a slot does with a batch, how many may go into one, and how nice it is."""

    execute: Callable[[Sequence[Submission], Place], float]
    limit: Callable[[Submission, Place], int]
    nice: Callable[[Lane], int] = lambda _lane: 0


class Slot:
    """A thread that takes from a lane and computes at a place of its own."""

    def __init__(self, lane: Lane, place: Place, duty: Duty) -> None:
        self.lane, self.place = lane, place
        self.running: Running | None = None
        self.thread = Thread(target=self._work, name=f"engine-{lane.name}", daemon=True)
        self._duty = duty
        self._given_up = False
        self._lock = Lock()

    def give_up(self, due: Callable[[Running], bool]) -> Running | None:
        """What it computes, if that is ``due``; then the slot takes nothing any more."""
        with self._lock:
            running = self.running
            if running is None or self._given_up or not due(running):
                return None
            self._given_up = True
        self.lane.done()
        return running

    def _work(self) -> None:
        stand_back(self._duty.nice(self.lane))
        while self._turn():
            pass

    def _turn(self) -> bool:
        """One batch; False where there will be none any more."""
        batch = self.lane.take(lambda first: self._duty.limit(first, self.place))
        if not batch:
            return False
        self.running = Running(batch=batch, since=monotonic())
        if self.lane.closed:  # meanwhile: who gave up what runs has not seen this
            for submission in batch:
                submission.settle(shut_down())
        seconds = self._execute(batch)
        with self._lock:
            self.running = None
            given_up = self._given_up
        if not given_up:
            self.lane.done(seconds)
        return not given_up

    def _execute(self, batch: Sequence[Submission]) -> float:
        try:
            return self._duty.execute(batch, self.place)
        except Exception:  # noqa: BLE001  the slot outlives also what nobody thought of
            _log.exception("the engine failed with %s", batch[0].work.model_id)
            for submission in batch:
                submission.settle(problem_of(Failure.CRASHED, submission.work.model_id))
            return 0.0


def shut_down() -> Draining:
    """What is told where the end of the server cut work short."""
    return Draining("the server shut down before the answer was ready", retry_after=5)


def stand_back(nice: int) -> None:
    """Lower the priority of this thread, and of those that it starts, such as torch's.

    Only where threads have priorities of their own, and where it is allowed.
    """
    if nice and sys.platform == "linux":
        with suppress(OSError):
            now = os.getpriority(os.PRIO_PROCESS, get_native_id())
            os.setpriority(os.PRIO_PROCESS, get_native_id(), now + nice)


@dataclass(frozen=True, kw_only=True)
class Watch:
    """``due`` says whether something runs too long; ``given_up`` is told what did."""

    due: Callable[[Running], bool]
    given_up: Callable[[Slot, Running], None]
    every: float


class Pool:
    """The slots of every lane."""

    def __init__(self, places: Sequence[tuple[Lane, str]], duty: Duty, watch: Watch) -> None:
        self._duty, self._watch = duty, watch
        self._slots = [Slot(lane, Place(device), duty) for lane, device in places]
        self._leaked: list[Slot] = []
        self._ending = Event()
        self._watcher = Thread(target=self._look_after, name="engine-watch", daemon=True)
        for thread in (*(slot.thread for slot in self._slots), self._watcher):
            thread.start()

    def places(self, lane: Lane) -> list[Place]:
        """Where the lane computes."""
        return [slot.place for slot in list(self._slots) if slot.lane is lane]

    def running(self) -> list[Submission]:
        """All that is computed now."""
        now = [slot.running for slot in list(self._slots)]
        return [submission for running in now if running for submission in running.batch]

    def leaked(self) -> int:
        """How many threads were given up and have not ended."""
        return sum(slot.thread.is_alive() for slot in list(self._leaked))

    def stop(self, seconds: float) -> bool:
        """Wait for the threads, whose lanes are closed; whether all have ended."""
        self._ending.set()
        until = monotonic() + seconds
        self._watcher.join(max(1.0, seconds))  # until it has ended it may replace slots
        threads = [self._watcher, *(slot.thread for slot in self._slots)]
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))
        return not any(thread.is_alive() for thread in threads) and not self.leaked()

    def _look_after(self) -> None:
        while not self._ending.wait(self._watch.every):
            self._leaked = [slot for slot in self._leaked if slot.thread.is_alive()]
            for index, slot in enumerate(self._slots):
                stuck = slot.give_up(self._watch.due)
                if stuck is not None:
                    self._replace(index, slot, stuck)

    def _replace(self, index: int, slot: Slot, stuck: Running) -> None:
        self._leaked.append(slot)
        fresh = Slot(slot.lane, Place(slot.place.device), self._duty)
        self._slots[index] = fresh
        try:
            self._watch.given_up(slot, stuck)
        except Exception:  # noqa: BLE001  the watch goes on
            _log.exception("a stuck model could not be told")
        fresh.thread.start()
