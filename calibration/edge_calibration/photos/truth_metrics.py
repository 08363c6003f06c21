"""How near a result comes to the truth: the usual measure of each task, numpy to numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.photos.truth import IGNORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Confusion = NDArray[np.int64]


def confusion(
    made: NDArray[np.integer], wanted: NDArray[np.integer], classes: int
) -> NDArray[np.int64]:
    """Pixels by their wanted class (rows) and the class made (columns), int64 [C, C].

    Pixels whose wanted class is ``IGNORED`` do not count.  Raises ``ValueError`` for a class
    beyond ``classes``.
    """
    counted = wanted != IGNORED
    found, known = made[counted].astype(np.int64), wanted[counted].astype(np.int64)
    if max(found.max(initial=0), known.max(initial=0)) >= classes:
        raise ValueError(f"the masks have more than {classes} classes")
    flat = np.bincount(known * classes + found, minlength=classes**2)
    return flat.reshape(classes, classes)


def mean_iou(counts: Confusion) -> float:
    """The mean over classes of intersection over union; classes that neither has are left
    out, and nan is returned where all are."""
    both = np.diag(counts)
    either = counts.sum(axis=0) + counts.sum(axis=1) - both
    there = either > 0
    return float(np.mean(both[there] / either[there])) if there.any() else math.nan


def in_top(ranked: Sequence[str], label: str, count: int) -> bool:
    """Whether a label is among the first ``count``; ``ranked`` begins with the likeliest."""
    return label in ranked[:count]


def landmark_nme(made_xy: NDArray[np.floating], wanted_xy: NDArray[np.floating]) -> float:
    """Normalised mean error: the mean distance of points [N, 2], over the square root of
    the area of the wanted points' box (Bulat and Tzimiropoulos, arXiv 1703.07332).

    The box stands in for the distance of the eyes, which shrinks in a profile to nothing.
    """
    width, height = np.ptp(wanted_xy, axis=0)
    distances = np.linalg.norm(made_xy - wanted_xy, axis=1)
    return float(distances.mean() / math.sqrt(width * height))


def roc_auc(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """The chance that a photo of the true kind scores higher than one of the other, ties
    counted half: the area under the ROC curve (Hanley and McNeil, 1982).

    nan where there are photos of one kind only.
    """
    score, truth = np.asarray(scores, np.float64), np.asarray(truths, np.bool_)
    if truth.all() or not truth.any():
        return math.nan
    above = np.sign(score[truth][:, np.newaxis] - score[~truth])
    return float((above.mean() + 1) / 2)
