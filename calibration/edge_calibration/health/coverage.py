"""Whether one set of photos stands for another: near it in an embedding, as wide in range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.stats import beta

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.floating]

DRAWS = 32
NEAR = 0.9
"""The share of a set that lies near to a random part of itself: what counts as near."""


def distances(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Hellinger's distances of embeddings [N, D] and [M, D] of length 1, [N, M] in 0..1."""
    alike = np.clip(a.astype(np.float64) @ b.T.astype(np.float64), 0, 1)
    return np.asarray(np.sqrt(1 - alike))


def nearest(embeddings: Floats, wanted: Floats) -> NDArray[np.float64]:
    """How far each of ``wanted`` is from the nearest of ``embeddings``."""
    return np.asarray(distances(wanted, embeddings).min(axis=1))


def near_limit(wanted: Floats, count: int, seed: int = 0) -> float:
    """The distance within which 90 % of a set have a neighbour in a random part of ``count``
    of its other photos: no set of that size can be asked for more."""
    rng = np.random.default_rng(seed)
    apart = distances(wanted, wanted)
    np.fill_diagonal(apart, np.inf)
    count = min(count, len(wanted) - 1)
    found = []
    for _ in range(DRAWS):
        part = rng.choice(len(wanted), count, replace=False)
        to_part = apart[:, part].min(axis=1)
        found.append(to_part[np.isfinite(to_part)])
    return float(np.quantile(np.concatenate(found), NEAR))


def spread(embeddings: Floats) -> float:
    """The mean distance of two photos of a set, in 0..1; 0 for a single photo."""
    count = len(embeddings)
    if count < 2:
        return 0.0
    return float(distances(embeddings, embeddings).sum() / (count * (count - 1)))


def outside(values: Floats, wanted: Floats) -> NDArray[np.bool_]:
    """Which of ``wanted`` lie below the least or above the largest of ``values``."""
    return np.asarray((wanted < values.min()) | (wanted > values.max()))


def allowed_outside(count: int, others: int) -> float:
    """The share of ``others`` values that chance alone puts outside the range of ``count``
    values of the same kind; it puts more there in one of 40 sets.

    What lies outside the least and largest of n values is of the Beta distribution (2,
    n - 1); two standard deviations of counting the others are added.
    """
    if count < 2:
        return 1.0
    share = float(beta.ppf(0.975, 2, count - 1))
    return share + 2 * math.sqrt(share * (1 - share) / others)
