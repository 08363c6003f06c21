"""What keeps a client from asking a server that is down, again and again."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 60.0


class Breaker:
    """Opens after some failures in a row; after a while lets one question through.

    Its answer closes the breaker, its failure doubles the wait, to a minute at most.  Safe
    to use from several threads.
    """

    def __init__(
        self, failures: int, seconds: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._most, self._first, self._clock = failures, seconds, clock
        self._failures, self._wait = 0, seconds
        self._opens_at, self._trying = 0.0, False
        self._lock = Lock()

    def rest(self) -> float:
        """0 where a question may be sent now, which has to be followed by :meth:`note`; else
        the seconds to wait."""
        with self._lock:
            if self._failures < self._most:
                return 0.0
            left = self._opens_at - self._clock()
            if left > 0:
                return left
            if self._trying:
                return self._wait
            self._trying = True
            return 0.0

    def note(self, *, alive: bool | None) -> None:
        """What came of a question: the server lives, or not; None says neither."""
        with self._lock:
            tried, self._trying = self._trying, False
            if alive:
                self._failures, self._wait = 0, self._first
            elif tried:
                self._wait = min(2 * self._wait, _LONGEST)
                self._opens_at = self._clock() + self._wait
            elif alive is False:
                self._failures += 1
                self._opens_at = self._clock() + self._wait
