"""Whether a model that failed may be tried again, and how soon."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class Rest:
    """``strikes``: so many submissions in a row have to fail before a model that worked is
    unhealthy; one that never worked is at its first.  Then nobody tries it for ``seconds``,
    twice as long after each failure, at most ``longest``.  Between, it is loaded again at
    most ``reloads`` times a minute.
    """

    strikes: int = 3
    seconds: float = 20.0
    longest: float = 600.0
    reloads: int = 3


class Circuit:
    """Closed while the model works, open while it rests, then one may try."""

    def __init__(self, rest: Rest, clock: Callable[[], float] = monotonic) -> None:
        self._rest, self._clock = rest, clock
        self._lock = Lock()
        self._worked = False
        self._strikes = 0
        self._openings = 0
        self._until = 0.0
        self._trying: object | None = None
        self._reloads: deque[float] = deque()

    @property
    def unhealthy(self) -> bool:
        """Whether the model failed, and has not worked since."""
        return self._openings > 0

    def resting(self) -> float:
        """Seconds for which nobody may try, 0 where one may."""
        return max(0.0, self._until - self._clock()) if self.unhealthy else 0.0

    def enter(self) -> object | None:
        """A permit for one try, or None; of a model that is unhealthy one try at a time."""
        with self._lock:
            if not self._openings:
                return object()
            if self._trying is not None or self._until > self._clock():
                return None
            self._trying = object()
            return self._trying

    def leave(self, permit: object) -> None:
        """The try is over, however it ended."""
        with self._lock:
            if self._trying is permit:
                self._trying = None

    def succeeded(self) -> None:
        """The model gave an answer."""
        if self._worked and not self._strikes and not self._openings:
            return  # as nearly always: no need of the lock
        with self._lock:
            self._worked = True
            self._strikes = self._openings = 0

    def failed(self, *, fatal: bool = False) -> bool:
        """The model failed; whether it is unhealthy now."""
        with self._lock:
            self._strikes += 1
            allowed = self._rest.strikes if self._worked else 1
            if fatal or self._openings or self._strikes >= allowed:
                pause = self._rest.seconds * 2 ** min(self._openings, 20)
                self._until = self._clock() + min(pause, self._rest.longest)
                self._openings += 1
                self._trying = None
            return self._openings > 0

    def may_reload(self) -> bool:
        """Whether it may be loaded again now, which then counts."""
        now = self._clock()
        with self._lock:
            while self._reloads and self._reloads[0] <= now - 60:
                self._reloads.popleft()
            if self._openings or len(self._reloads) >= self._rest.reloads:
                return False
            self._reloads.append(now)
            return True
