"""How much another runtime may differ from a golden vector.

A tolerance is three times the largest difference that a harmless change made, plus what the
step itself leaves open: how float32 is rounded, in which order is summed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime import contract as c
from edge_runtime.golden import EXACT, Noise, Tolerance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MARGIN = 3
# What OpenCV's result and the definition, spelled out in numpy, differ by at most
# (tests/edge_runtime/test_contract_*.py), or one rounding of float32.
OPEN: Mapping[type[c.Step], Tolerance] = {
    c.CropSquare: Tolerance(max_abs=1, mean_abs=0.002),
    c.Run: Tolerance(max_abs=1e-5, mean_abs=1e-6),
    c.WeightedNms: Tolerance(max_abs=1e-9, mean_abs=1e-9),
    c.MapBoxes: Tolerance(max_abs=1e-6, mean_abs=1e-6),
    c.Nms: Tolerance(max_abs=1e-6, mean_abs=1e-6),
    c.ClipBoxes: Tolerance(max_abs=1e-6, mean_abs=1e-6),
    c.NamePoints: Tolerance(max_abs=1e-6, mean_abs=1e-6),
    c.LabelBoxes: Tolerance(max_abs=1e-6, mean_abs=1e-6),
    c.UpsampleMask: Tolerance(max_abs=1e-6, mean_abs=1e-7),
    c.MapPoints: Tolerance(max_abs=1e-4, mean_abs=1e-5),
    c.ResizePicture: Tolerance(max_abs=1, mean_abs=0.002),
    c.JoinWindows: Tolerance(max_abs=1, mean_abs=0.002),
    c.FindFaces: Tolerance(max_abs=1e-4, mean_abs=1e-5),
}
PAINTED = Tolerance(max_abs=1, mean_abs=0.002)


def tolerance(noises: Sequence[Noise | None], left_open: Tolerance) -> Tolerance | None:
    """What passes after these noises; none where one of them changed the array's shape."""
    known = [noise for noise in noises if noise is not None]
    if len(known) < len(noises):
        return None
    return Tolerance(
        max_abs=_allowed([noise.max_abs for noise in known], left_open.max_abs),
        mean_abs=_allowed([noise.mean_abs for noise in known], left_open.mean_abs),
    )


def left_open(step: c.Step) -> Tolerance:
    """What a step leaves open; whole numbers leave nothing."""
    return OPEN.get(type(step), EXACT)


def wider(tolerance: Tolerance, step: c.Step, array: NDArray[Any]) -> Tolerance:
    """A step's tolerance with what a graph before it leaves open, in the array's scale.

    In whole numbers only what was painted shows it, where it tips a rounding.
    """
    more, scale = OPEN[c.Run], max(1.0, float(np.abs(array).max(initial=0.0)))
    if array.dtype.kind in "ui":
        more, scale = PAINTED if step.gives in {"painted", "picture"} else EXACT, 1.0
    return Tolerance(
        max_abs=tolerance.max_abs + scale * more.max_abs,
        mean_abs=tolerance.mean_abs + scale * more.mean_abs,
    )


def rounded_up(value: float) -> float:
    """One digit, not less than the value: more would tell one processor from another."""
    if value == 0:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(value))
    return float(f"{math.ceil(round(value / unit, 6)) * unit:.0e}")


def _allowed(differences: Sequence[float], least: float) -> float:
    return rounded_up(MARGIN * max(differences, default=0.0) + least)
