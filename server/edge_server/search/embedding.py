"""A vector for what a photo shows, from the classifier that the bundle has anyway.

The logarithms of all class probabilities less their mean are the network's last features seen
through its last layer, and need nothing that the shipped file does not give.  A fixed random
projection (Johnson and Lindenstrauss) makes 256 numbers of 1000.  Of 408 changed copies of the
sample photos, among 235 photos, they find the right one first in 95.6 % of the cases and among
the first ten always; the 1280 features themselves do in 96.6 %, the roots of the probabilities
(Hellinger) in 86.5 % (``python server/bench/embeddings.py``).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SIZE = 256
_SEED = 20261121
_LEAST = 1e-12


def embedding(probabilities: Floats) -> Floats:
    """A unit vector, float32 [256], of class probabilities float32 [classes] in 0..1.

    The dot product of two is their likeness, -1..1.
    """
    logarithms = np.log(np.maximum(probabilities.astype(np.float64), _LEAST))
    centred = logarithms - logarithms.mean()
    projected = centred @ _projection(len(centred))
    length = float(np.linalg.norm(projected))
    unit = projected / length if length else projected
    narrow: Floats = unit.astype(np.float32)
    return narrow


@cache
def _projection(classes: int) -> NDArray[np.float64]:
    # RandomState's numbers are frozen: those of numpy's newer generators may change.
    return np.random.RandomState(_SEED).standard_normal((classes, SIZE))
