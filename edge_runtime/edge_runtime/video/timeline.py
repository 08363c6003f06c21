"""Times that only grow: what a broken or restarted film says of its frames, put in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(kw_only=True)
class Timeline:
    """Presentation times in units of ``time_base`` seconds, from ``start`` on.

    ``step``: what a frame lasts where nothing better is known.  Variable frame rates stay as
    they are; only a time that is missing, or does not come after the one before, is replaced.
    """

    time_base: Fraction
    start: int = 0
    step: int = 1
    _last: int | None = field(default=None, init=False)

    def place(self, pts: int | None) -> int:
        """The time of the next frame."""
        if pts is not None:
            pts -= self.start
        if self._last is not None and (pts is None or pts <= self._last):
            if pts is not None:  # the clock was set back: what follows goes on from here
                self.start += pts - self._last - self.step
            pts = self._last + self.step
        self._last = 0 if pts is None else pts
        return self._last

    def seconds(self, pts: int) -> float:
        """The same in seconds."""
        return float(pts * self.time_base)


def step_of(rate: Fraction | None, time_base: Fraction) -> int:
    """What a frame of a film of that rate lasts, at least 1; 30 a second where none is said."""
    return max(1, round(1 / ((rate or Fraction(30)) * time_base)))


def start_of(start_time: int | None, time_base: Fraction) -> int:
    """A container's start, in microseconds, in units of ``time_base``."""
    return round(Fraction(start_time or 0, 1_000_000) / time_base)
