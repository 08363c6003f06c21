"""How far an app's arrays are from Python's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.golden import EXACT, Tolerance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from edge_runtime.tracing import Arrays

_LEAST = 1e-12  # what a tolerance of nothing is divided by


@dataclass(frozen=True, kw_only=True)
class Gap:
    """The array that is farthest off, measured by its tolerance.

    ``max_abs`` and ``mean_abs`` are in the unit of its numbers, infinite where the shape is
    another; ``share`` is the larger of both in parts of what passes, ``mean_share`` the
    mean's; ``relative`` the mean in parts of the spread of the app's numbers.
    """

    name: str = ""
    max_abs: float = 0.0
    mean_abs: float = 0.0
    share: float = 0.0
    mean_share: float = 0.0
    relative: float = 0.0
    tolerance: Tolerance = EXACT
    note: str = ""

    @property
    def passes(self) -> bool:
        """Whether the difference is within the tolerance."""
        return self.share <= 1


def gap(wanted: Arrays, seen: Arrays, tolerances: Mapping[str, Tolerance]) -> Gap:
    """The worst of the arrays that the app wrote down; what it left out is not compared."""
    names = [name for name in wanted if name in seen]
    found = [_of(name, wanted[name], seen[name], tolerances[name]) for name in names]
    if not found:
        if any(array.size for array in [*wanted.values(), *seen.values()]):
            return Gap(share=np.inf, mean_share=np.inf, relative=np.inf, note=_listed(seen))
        return Gap()
    return max(found, key=lambda one: (one.share, one.mean_share))


def total(wanted: Arrays, seen: Arrays, tolerances: Mapping[str, Tolerance]) -> float:
    """The mean differences of all arrays in parts of their tolerances, together."""
    names = [name for name in wanted if name in seen]
    if not names:
        return np.inf
    return sum(_of(n, wanted[n], seen[n], tolerances[n]).mean_share for n in names)


def _of(name: str, wanted: NDArray[Any], seen: NDArray[Any], tolerance: Tolerance) -> Gap:
    if _lean(wanted) != _lean(seen):
        note = f"{name} is {list(seen.shape)}, not {list(wanted.shape)}"
        return _infinite(name, tolerance, note)
    if not wanted.size:
        return Gap(name=name, tolerance=tolerance)
    if seen.dtype.kind == "U":
        off = (wanted.ravel() != seen.ravel()).astype(np.float64)
        spread = 1.0
    else:
        numbers = seen.ravel().astype(np.float64)
        if not np.isfinite(numbers).all():
            return _infinite(name, tolerance, f"{name} is not all numbers")
        off, spread = np.abs(numbers - wanted.ravel()), float(numbers.std())
    largest, mean = float(off.max()), float(off.mean())
    by_mean = mean / (tolerance.mean_abs or _LEAST)
    return Gap(
        name=name,
        max_abs=largest,
        mean_abs=mean,
        share=max(largest / (tolerance.max_abs or _LEAST), by_mean),
        mean_share=by_mean,
        relative=mean / max(spread, _LEAST),
        tolerance=tolerance,
    )


def _lean(array: NDArray[Any]) -> tuple[int, ...]:
    """The shape without sides of 1, which apps leave out; of nothing, nothing."""
    return tuple(side for side in array.shape if side != 1) if array.size else (0,)


def _infinite(name: str, tolerance: Tolerance, note: str) -> Gap:
    return Gap(
        name=name,
        max_abs=np.inf,
        mean_abs=np.inf,
        share=np.inf,
        mean_share=np.inf,
        relative=np.inf,
        tolerance=tolerance,
        note=note,
    )


def _listed(seen: Arrays) -> str:
    return f"the app's arrays are {', '.join(seen) or 'none'}"
