"""From a network's guesses along a line to its text.

Graves et al., "Connectionist Temporal Classification", 2006: of what follows one another
and is the same, one stands; the class 0 stands for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SPACE = " "


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text, and how sure the network was of its characters in the mean: 0..1."""

    text: str
    confidence: float


def alphabet(listed: str, classes: int) -> tuple[str, ...]:
    """The character of each class after the first, out of a list with one a line.

    The last class is the space.  Raises ``WeightsError`` where there are not as many as
    classes.
    """
    known = (*listed.split("\n"), SPACE)
    if len(known) != classes - 1:
        raise WeightsError(
            f"the recogniser has {classes} classes and {len(known)} characters: pull it again"
        )
    return known


def decode(probability: NDArray[np.float32], known: Sequence[str]) -> Reading:
    """The best path through ``probability`` float32 [steps, classes]."""
    best = probability.argmax(axis=1)
    begins = np.ones(len(best), bool)
    begins[1:] = best[1:] != best[:-1]
    steps = np.flatnonzero(begins & (best > 0))
    if not len(steps):
        return Reading(text="", confidence=0.0)
    text = "".join(known[index - 1] for index in best[steps])
    sure = probability[steps, best[steps]].mean(dtype=float)
    return Reading(text=text, confidence=min(1.0, float(sure)))
