"""How far one tensor is from what it should be, summed up over photos."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.spec import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT_DB = 200.0  # as good as equal: what float32 cannot tell apart
_CODES = 256


class TensorError(Record, frozen=True, kw_only=True):
    """A tensor against the one that it should be.

    ``snr_db``: signal over error, 10 log10 of the ratio of their squares, at most 200;
    ``cosine``: of the angle between both; ``max_abs`` and ``mean_abs``: the largest and
    the mean difference, over the width of the range that was wanted.
    """

    snr_db: float
    cosine: float
    max_abs: float
    mean_abs: float


class CodeUse(Record, frozen=True, kw_only=True):
    """What a tensor makes of its int8.

    ``held``: the least and largest real value that the codes can hold; ``seen``: those
    that the float graph had; ``at_ends``: share of values that lie on the first or last
    code (a ReLU puts all its zeros there, which is no fault); ``clipped``: share of the
    float graph's values that lie outside ``held`` by more than half a step; ``dead``:
    share of the 256 codes that no value ever took.
    """

    held: tuple[float, float]
    seen: tuple[float, float]
    at_ends: float
    clipped: float
    dead: float


@dataclass(kw_only=True)
class ErrorTally:
    """Adds up differences, a photo at a time."""

    _signal: float = 0.0
    _noise: float = 0.0
    _made: float = 0.0
    _product: float = 0.0
    _total: float = 0.0
    _count: int = 0
    _largest: float = 0.0
    _low: float = np.inf
    _high: float = -np.inf

    def add(self, made: NDArray[np.float32], wanted: NDArray[np.float32]) -> None:
        """One photo's values, in the same layout."""
        got, right = (np.ravel(values).astype(np.float64) for values in (made, wanted))
        off = np.abs(got - right)
        self._signal += float(right @ right)
        self._noise += float(off @ off)
        self._made += float(got @ got)
        self._product += float(got @ right)
        self._total += float(off.sum())
        self._count += off.size
        self._largest = float(np.maximum(self._largest, off.max()))
        self._low = float(np.minimum(self._low, right.min()))
        self._high = float(np.maximum(self._high, right.max()))

    def found(self) -> TensorError | None:
        """What it comes to; nothing where nothing was added."""
        if not self._count:
            return None
        width = (self._high - self._low) or max(abs(self._high), 1e-12)
        length = float(np.sqrt(self._signal) * np.sqrt(self._made))
        return TensorError(
            snr_db=round(_decibels(self._signal, self._noise), 2),
            cosine=round(self._product / length, 7) if length else float(self._noise == 0),
            max_abs=_digits(self._largest / width),
            mean_abs=_digits(self._total / self._count / width),
        )


@dataclass(kw_only=True)
class CodeTally:
    """Counts which int8 codes are used, a photo at a time."""

    scale: float
    zero_point: int
    _counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_CODES, np.int64))
    _clipped: int = 0
    _low: float = np.inf
    _high: float = -np.inf

    @property
    def held(self) -> tuple[float, float]:
        """The least and largest real value."""
        return tuple((end - self.zero_point) * self.scale for end in (-128, 127))  # type: ignore[return-value]

    def add(self, codes: NDArray[Any], wanted: NDArray[np.float32]) -> None:
        """One photo's codes (int8), and what the float graph has there."""
        places = np.ravel(codes).astype(np.int64) + _CODES // 2
        self._counts += np.bincount(places, minlength=_CODES)
        low, high = self.held
        half = self.scale / 2
        self._clipped += int(((wanted < low - half) | (wanted > high + half)).sum())
        self._low = min(self._low, float(wanted.min()))
        self._high = max(self._high, float(wanted.max()))

    def found(self) -> CodeUse:
        """What it comes to."""
        count = max(int(self._counts.sum()), 1)
        low, high = self.held
        return CodeUse(
            held=(_digits(low), _digits(high)),
            seen=(_digits(self._low), _digits(self._high)),
            at_ends=_digits(int(self._counts[0] + self._counts[-1]) / count),
            clipped=_digits(self._clipped / count),
            dead=_digits(int((self._counts == 0).sum()) / _CODES),
        )


def snr_db(made: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    """Signal over error in decibels, from -200 to 200."""
    got, right = (np.ravel(values).astype(np.float64) for values in (made, wanted))
    off = got - right
    return _decibels(float(right @ right), float(off @ off))


def _decibels(signal: float, noise: float) -> float:
    if noise == 0:
        return EXACT_DB
    if not np.isfinite(noise) or signal == 0:
        return -EXACT_DB
    return float(np.clip(10 * np.log10(signal / noise), -EXACT_DB, EXACT_DB))


def _digits(value: float) -> float:
    return float(f"{value:.4g}")
