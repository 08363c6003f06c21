"""So many requests a minute for each caller: a token bucket each, the idlest forgotten."""

from __future__ import annotations

import math
from collections import OrderedDict
from threading import Lock
from time import monotonic

from edge_server.problems import RateLimited

MOST_CALLERS = 10_000


class Rates:
    """``per_minute`` requests, in bursts of as many; 0 is no limit.  Safe in threads."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._lock = Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> int | None:
        """One request of this caller: how many are left, None where there is no limit;
        ``RateLimited`` if none was."""
        if not self._most:
            return None
        now = monotonic()
        with self._lock:
            left, seen = self._buckets.pop(caller, (float(self._most), now))
            left = min(self._most, left + (now - seen) * self._most / 60)
            allowed = left >= 1
            self._buckets[caller] = (left - allowed, now)
            if len(self._buckets) > MOST_CALLERS:
                self._buckets.popitem(last=False)
        if not allowed:
            wait = math.ceil((1 - left) * 60 / self._most)
            raise RateLimited(
                f"more than {self._most} requests a minute: wait {wait} s",
                limit=self._most,
                retry_after=wait,
            )
        return int(left - 1)
