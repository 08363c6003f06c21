"""How many requests are worked on at once, and how many may wait: before a photo is decoded.

A queue that is always full only makes every answer late.  While fewer callers than ``waiting``
are there, they wait for their turn: a dozen clients that ask one after the other lose
nothing.  When more come than can wait, more is asked than can be served: from then on nobody
waits, those who did are told to come again, and what is taken is answered quickly.  It ends
when nobody has been refused for a while.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING

from edge_server.problems import DeadlineExceeded, Overloaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.engine.interface import Deadline

CALM_SECONDS = 2.0


class Gate:
    """Lets ``permits`` through at once; safe in threads."""

    def __init__(self, permits: int, waiting: int) -> None:
        self._permits = permits
        self._most_waiting = waiting
        self._inside = 0
        self._waiting = 0
        self._refused = -CALM_SECONDS
        self._turn = Condition()

    @property
    def overloaded(self) -> bool:
        """Whether more is asked than can be served."""
        return monotonic() - self._refused < CALM_SECONDS

    @property
    def refusing(self) -> bool:
        """Whether whoever comes now would be refused at once."""
        return self.overloaded and self._inside >= self._permits

    def refuses(self) -> bool:
        """Whether whoever comes now is refused at once: that is then a refusal."""
        with self._turn:
            if not self.refusing:
                return False
            self._refused = monotonic()
            return True

    @contextmanager
    def passed(self, deadline: Deadline) -> Iterator[None]:
        """Inside while this is held.

        Raises ``Overloaded`` where there is no room, ``DeadlineExceeded`` where the turn did
        not come in time.
        """
        self._enter(deadline)
        try:
            yield
        finally:
            with self._turn:
                self._inside -= 1
                self._turn.notify()

    def _enter(self, deadline: Deadline) -> None:
        with self._turn:
            if self._inside >= self._permits:
                self._wait(deadline)
            self._inside += 1

    def _wait(self, deadline: Deadline) -> None:
        if self.overloaded or self._waiting >= self._most_waiting:
            self._refuse()
        self._waiting += 1
        try:
            while self._inside >= self._permits:
                if not self._turn.wait(max(0.0, deadline.remaining())):
                    raise DeadlineExceeded(
                        "the deadline passed before the turn came: ask again"
                    )
                if self.overloaded:
                    self._refuse()
        finally:
            self._waiting -= 1

    def _refuse(self) -> None:
        self._refused = monotonic()
        self._turn.notify_all()
        raise Overloaded("the server is busy: ask again soon", retry_after=1)
