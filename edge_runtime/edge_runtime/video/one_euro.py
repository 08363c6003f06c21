"""The one-euro filter (Casiez, Roussel and Vogel, CHI 2012), on arrays.

A low-pass filter whose cutoff grows with the speed: what rests is steadied, what moves is
followed without lag.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, kw_only=True)
class Steadiness:
    """``rest_hz``: the cutoff of what rests; ``per_speed``: by how many hertz it grows for each
    unit a second; ``speed_hz``: the cutoff of the speed itself."""

    rest_hz: float = 1.0
    per_speed: float = 10.0
    speed_hz: float = 1.0


class OneEuro:
    """Filters arrays of one shape that follow each other at growing times."""

    def __init__(self, steadiness: Steadiness | None = None) -> None:
        self._how = steadiness or Steadiness()
        self._value: Floats | None = None
        self._speed: Floats = np.zeros(1)
        self._seconds = 0.0

    def reset(self) -> None:
        """Forget: the next value is taken as it is."""
        self._value = None

    def smooth(self, value: Floats, seconds: float, scale: float = 1.0) -> Floats:
        """The value [..., n] at a time; speeds are those of its last axis, over ``scale``.

        Points [N, 2] of a face of that size are so treated alike in any film.
        """
        before, passed = self._value, seconds - self._seconds
        self._seconds = seconds
        if before is None or passed <= 0 or before.shape != value.shape:
            self._value, self._speed = value, np.zeros_like(value)
            return value
        speed = (value - before) / passed
        share = _share(np.float64(self._how.speed_hz), passed)
        self._speed = self._speed + share * (speed - self._speed)
        rate = np.linalg.norm(self._speed, axis=-1, keepdims=True) / scale
        weight = _share(self._how.rest_hz + self._how.per_speed * rate, passed)
        self._value = before + weight * (value - before)
        return self._value


def _share(cutoff_hz: Floats | np.float64, passed: float) -> Floats | np.float64:
    """How much of a new value a low-pass filter of that cutoff takes after so many seconds."""
    return 1 / (1 + 1 / (2 * math.pi * cutoff_hz * passed))
