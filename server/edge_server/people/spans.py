"""How far faces are apart, in whole numbers that are the same whoever else is looked at.

Vectors lie on a grid of 2**-20, finer than the noise of the network.  So products, squares and
sums of distances are whole numbers below 2**53, and exact in whatever order and blocks they
are computed, for vectors up to a length of 45 (those of faces have 1.5).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Two faces of one person are nearer than this (the network's author; 99.38 % of LFW's pairs).
LIMIT = 0.6
_STEPS = 2**20
LIMIT_SPAN = float(round(LIMIT * _STEPS))


def on_grid(vectors: NDArray[np.floating]) -> Floats:
    """The vectors in steps of the grid: whole numbers, float64 [N, 128]."""
    return np.rint(vectors.astype(np.float64) * _STEPS)


def squares_of(grid: NDArray[np.floating]) -> NDArray[Any]:
    """The square of each vector's length, [N], of the type of the vectors."""
    squares: NDArray[Any] = np.einsum("ij,ij->i", grid, grid)
    return squares


def spans(some: Floats, others: Floats) -> Floats:
    """From each of [M, 128] to each of [N, 128], both on the grid, in its steps: float64
    [M, N], whole numbers."""
    found = _square_spans(some, others)
    np.sqrt(found, out=found)
    np.rint(found, out=found)
    return found


def rough_spans(some: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same of float32, off by at most ``roughness``."""
    found = _square_spans(some, others)
    np.maximum(found, 0, out=found)
    np.sqrt(found, out=found)
    return found


def roughness(squares: Floats) -> float:
    """By how much the mean of rough spans may be off, of vectors with these squares.

    A product of 128 numbers is off by 131 roundings of the squares of the lengths at most, and
    the distance by the root of it; their sum, tens of thousands of roundings, adds little.
    """
    return 5e-3 * math.sqrt(float(squares.max(initial=0.0)))


def _square_spans(some: NDArray[Any], others: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = some @ others.T
    found *= -2
    found += squares_of(some)[:, None]
    found += squares_of(others)
    return found
