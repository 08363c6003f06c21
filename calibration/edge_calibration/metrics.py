"""How far two results of one photo lie apart: pure functions of results, one a metric.

Each metric of a task is named in the spec's gates.  What is compared may be two pipelines
(float and quantised, Python and phone) or a result and the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from edge_runtime.geometry import iou

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

HIGHEST_PSNR_DB = 100.0
"""What stands for two equal pictures, whose PSNR would be infinite."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number by which a task is judged.

    ``compare`` takes what was made and what was wanted of one photo to a sample, or to
    ``None`` where the photo has nothing to compare; ``over`` takes the samples of all
    photos to the number.  ``better`` says which way is better; ``shares`` that the number
    is the share of photos with sample 1 (of 0 and 1).
    """

    name: str
    title: str
    unit: str
    better: Literal["more", "less"]
    compare: Callable[[Any, Any], Any]
    over: Callable[[Sequence[Any]], float] = lambda samples: float(np.mean(samples))
    shares: bool = False


def mask_iou(made: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float | None:
    """Intersection over union of two masks of one shape; none where both are empty."""
    union = np.count_nonzero(made | wanted)
    return np.count_nonzero(made & wanted) / union if union else None


def mean_difference(made: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> float:
    """Mean absolute difference of two pictures 0..255, in grey levels."""
    return float(np.abs(made.astype(np.int16) - wanted).mean())


def psnr_db(made: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio of two pictures 0..255 in decibels."""
    error = np.mean((made.astype(np.float64) - wanted) ** 2)
    if error == 0:
        return HIGHEST_PSNR_DB
    return min(HIGHEST_PSNR_DB, float(10 * np.log10(255**2 / error)))


def matched(
    made_xyxy: NDArray[np.float64], wanted_xyxy: NDArray[np.float64]
) -> list[tuple[int, int, float]]:
    """Pairs of boxes [N, 4] and [M, 4] as (made, wanted, IoU), the best overlap first, each
    box at most once, only those that overlap at all."""
    if not (len(made_xyxy) and len(wanted_xyxy)):
        return []
    overlaps = np.stack([iou(box, wanted_xyxy) for box in made_xyxy])
    pairs = []
    while overlaps.max() > 0:
        i, j = np.unravel_index(overlaps.argmax(), overlaps.shape)
        pairs.append((int(i), int(j), float(overlaps[i, j])))
        overlaps[i, :] = overlaps[:, j] = 0
    return pairs


@dataclass(frozen=True, kw_only=True, eq=False)
class Detections:
    """What average precision needs of one photo: of each box that was made its class
    (``labels``), score and whether it found a ``wanted`` one; the classes of those."""

    labels: NDArray[np.str_]
    scores: NDArray[np.float64]
    hits: NDArray[np.bool_]
    wanted: NDArray[np.str_]


def average_precision(photos: Sequence[Detections]) -> float:
    """Mean over the classes of the area under precision over recall, sampled at 101
    recalls as COCO does (Lin et al. 2014, arXiv 1405.0312).

    Classes of which nothing was wanted do not count; without any it is 1.
    """
    labels, scores, hits, wanted = (
        np.concatenate([getattr(photo, part) for photo in photos])
        for part in ("labels", "scores", "hits", "wanted")
    )
    classes, counts = np.unique(wanted, return_counts=True)
    if not len(classes):
        return 1.0
    order = np.argsort(-scores, kind="stable")
    labels, hits = labels[order], hits[order]
    areas = [
        _area(hits[labels == label], count)
        for label, count in zip(classes, counts, strict=True)
    ]
    return float(np.mean(areas))


def _area(hits: NDArray[np.bool_], wanted: int) -> float:
    """Under the envelope of precision; ``hits`` of one class, the best score first."""
    found = np.cumsum(hits)
    precision = found / np.arange(1, len(hits) + 1)
    envelope = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    # A whole number of hits is exact; a share of them might miss its recall by a bit.
    needed = np.ceil(np.linspace(0, 1, 101) * wanted - 1e-9)
    return float(envelope[np.searchsorted(found, needed)].mean())
