"""When a question is repeated: how long to wait before, and whether there is budget."""

from __future__ import annotations

import random
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST = 10.0
_SHARE = 0.2


class RetryBudget:
    """Repetitions are a fifth of the questions at most, so that a server in trouble does not
    get three times the load; ten may be saved up."""

    def __init__(self) -> None:
        self._tokens, self._lock = _MOST, Lock()

    def earn(self) -> None:
        """A question was asked."""
        with self._lock:
            self._tokens = min(_MOST, self._tokens + _SHARE)

    def take(self) -> bool:
        """Whether one may be repeated; it is counted."""
        with self._lock:
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class Holds:
    """Which addresses asked to be left alone, and until when (``Retry-After``)."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._until: dict[str, float] = {}
        self._clock = clock

    def hold(self, path: str, seconds: float) -> None:
        """Ask nothing of the address for so long."""
        self._until[path] = self._clock() + seconds

    def rest(self, path: str) -> float:
        """Seconds until it may be asked again; 0 for now."""
        return max(0.0, self._until.get(path, 0.0) - self._clock())


def jittered(backoff: float, attempt: int, retry_after: float | None) -> float:
    """Seconds before the next attempt: anything from 0 to ``backoff`` doubled with each, after
    what the server asked for."""
    spread = random.uniform(0, backoff * 2 ** (attempt - 1))  # noqa: S311  no secret
    return (retry_after or 0.0) + spread
