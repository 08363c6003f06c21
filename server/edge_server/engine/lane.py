"""A bounded queue that several inference slots take from."""

from __future__ import annotations

from collections import deque
from math import ceil
from threading import Condition, Lock
from typing import TYPE_CHECKING

from edge_server.engine.batching import mates
from edge_server.engine.interface import Priority
from edge_server.problems import Draining, Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edge_server.engine.submission import Submission

# So many interactive ones go before one of the batch that waits as well.
_INTERACTIVE_FIRST = 4
# How much the newest measurement weighs in the mean service time.
_NEWEST = 0.2
_RETRY_AT_MOST = 60


class Lane:
    """``capacity`` is that of each priority, so that batch work never fills the queue for
    those who wait in front of a screen; and every fifth turn is batch's, so that it is
    served at all.  ``patience``: seconds that a slot waits for a batch to fill, 0 to take
    what is there.
    """

    def __init__(self, name: str, *, capacity: int, slots: int, patience: float = 0.0) -> None:
        self.name, self.slots = name, slots
        self._capacity, self._patience = capacity, patience
        self._queues: dict[Priority, deque[Submission]] = {one: deque() for one in Priority}
        self._in_a_row = 0
        self._busy = 0
        self._seconds = 0.0
        self._draining = self._closed = False
        lock = Lock()
        self._work, self._idle = Condition(lock), Condition(lock)

    def put(self, submission: Submission) -> None:
        """Add it; raises ``Overloaded`` or ``Draining``."""
        with self._work:
            queue = self._queues[submission.work.priority]
            if self._draining:
                raise Draining("the server is shutting down: ask another", retry_after=5)
            if len(queue) >= self._capacity:
                raise self._overloaded(len(queue))
            queue.append(submission)
            if self._patience:
                self._work.notify_all()  # one of them may wait for just this one
            else:
                self._work.notify()

    def _overloaded(self, waiting: int) -> Overloaded:
        seconds = self._seconds * (self._depth() + self._busy) / self.slots
        return Overloaded(
            f"{waiting} submissions wait already: try again later",
            limit=self._capacity,
            actual=waiting,
            retry_after=min(max(ceil(seconds), 1), _RETRY_AT_MOST),
        )

    def take(self, limit: Callable[[Submission], int]) -> list[Submission]:
        """Wait for work; it counts as busy until :meth:`done`.  Empty once closed.

        ``limit`` says how many can go together with the first.
        """
        with self._work:
            self._work.wait_for(lambda: self._closed or self._depth() > 0)
            if not self._depth():
                return []
            self._busy += 1
            first = self._next()
            return [first, *self._mates(first, limit(first) - 1)]

    def done(self, seconds: float = 0.0) -> None:
        """A slot is free; ``seconds`` a submission where it computed."""
        with self._idle:
            self._busy -= 1
            if seconds > 0:
                weight = _NEWEST if self._seconds else 1.0
                self._seconds += weight * (seconds - self._seconds)
            self._idle.notify_all()

    def discard(self, submission: Submission) -> bool:
        """Take one that nobody waits for out of the queue; whether it was there."""
        with self._idle:
            queue = self._queues[submission.work.priority]
            if submission not in queue:
                return False
            queue.remove(submission)
            self._idle.notify_all()
            return True

    def drain(self) -> None:
        """Take nothing new."""
        with self._work:
            self._draining = True

    def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing waits and nothing is computed; whether that came."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._depth() and not self._busy, seconds)

    def close(self) -> list[Submission]:
        """Send the slots home; what still waited."""
        with self._work:
            self._draining = self._closed = True
            left = [submission for queue in self._queues.values() for submission in queue]
            for queue in self._queues.values():
                queue.clear()
            self._work.notify_all()
            return left

    @property
    def closed(self) -> bool:
        """Whether the slots have been sent home."""
        return self._closed

    def depths(self) -> Mapping[Priority, int]:
        """How many wait, by priority."""
        with self._work:
            return {priority: len(queue) for priority, queue in self._queues.items()}

    def busy(self) -> int:
        """How many slots compute."""
        return self._busy

    def _depth(self) -> int:
        return sum(map(len, self._queues.values()))

    def _next(self) -> Submission:
        interactive, batch = (self._queues[priority] for priority in Priority)
        if batch and (not interactive or self._in_a_row >= _INTERACTIVE_FIRST):
            self._in_a_row = 0
            return batch.popleft()
        self._in_a_row = self._in_a_row + 1 if batch else 0
        return interactive.popleft()

    def _mates(self, first: Submission, most: int) -> list[Submission]:
        if most < 1:
            return []
        if self._patience:
            self._work.wait_for(
                lambda: self._closed or len(self._fitting(first, most)) == most, self._patience
            )
        found = self._fitting(first, most)
        for submission in found:
            self._queues[submission.work.priority].remove(submission)
        return found

    def _fitting(self, first: Submission, most: int) -> list[Submission]:
        return mates(first, (one for queue in self._queues.values() for one in queue), most)
