"""Average precision of detections against true boxes, by COCO's own code (pycocotools)."""

from __future__ import annotations

from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_calibration.photos.truth import BoxesTruth

    Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundBoxes:
    """What a detector found in a photo: ``boxes_xyxy`` float32 [N, 4] in pixels of the
    upright photo, a label each, and ``scores`` float32 [N] in 0..1."""

    boxes_xyxy: NDArray[np.float32]
    labels: tuple[str, ...]
    scores: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Precision:
    """``ap``: the mean over IoU 0.5 to 0.95 in steps of 0.05; ``ap50``: at IoU 0.5; both
    the mean over the labels that the truth has, in 0..1, nan where it has none."""

    ap: float
    ap50: float


def coco_precision(photos: Sequence[tuple[FoundBoxes, BoxesTruth]]) -> Precision:
    """Average precision over photos; boxes that are ``ignored`` are neither wanted nor
    wrong to be found, as COCO treats its crowds."""
    from pycocotools.coco import COCO  # noqa: PLC0415  not every evaluation has boxes
    from pycocotools.cocoeval import COCOeval  # noqa: PLC0415

    kinds = sorted({label for found in photos for half in found for label in half.labels})
    if not kinds or not any(truth.labels for _, truth in photos):
        return Precision(ap=np.nan, ap50=np.nan)
    numbers = {label: number for number, label in enumerate(kinds, start=1)}
    with redirect_stdout(StringIO()):  # it prints what it does
        truth = COCO()
        truth.dataset = _dataset([truth for _, truth in photos], numbers)
        truth.createIndex()
        rows = [
            row for at, (found, _) in enumerate(photos) for row in _found(at, found, numbers)
        ]
        made = COCO()
        made.dataset = truth.dataset | {"annotations": rows}
        made.createIndex()
        judge = COCOeval(truth, made, "bbox")
        judge.evaluate()
        judge.accumulate()
    return _means(judge.eval["precision"])


def _means(precision: NDArray[np.float64]) -> Precision:
    """Of COCOeval's table [IoU, recall, label, area, most found], the row of all areas and
    of 100 found; -1 marks a label that the truth does not have."""
    table = precision[:, :, :, 0, -1]
    table = np.where(table < 0, np.nan, table)
    there = ~np.isnan(table).all(axis=(0, 1))
    if not there.any():
        return Precision(ap=np.nan, ap50=np.nan)
    return Precision(ap=float(table[:, :, there].mean()), ap50=float(table[0][:, there].mean()))


def _dataset(truths: Sequence[BoxesTruth], numbers: dict[str, int]) -> Row:
    rows: list[Row] = []
    for photo, truth in enumerate(truths):
        for box, label, ignored in zip(
            truth.boxes_xyxy, truth.labels, truth.ignored, strict=True
        ):
            row = _row(len(rows) + 1, photo, numbers[label], box)
            rows.append(row | {"iscrowd": int(ignored)})
    return {
        "images": [{"id": photo} for photo in range(len(truths))],
        "categories": [{"id": number, "name": label} for label, number in numbers.items()],
        "annotations": rows,
    }


def _found(photo: int, found: FoundBoxes, numbers: dict[str, int]) -> list[Row]:
    return [
        _row(photo * 1_000_000 + at, photo, numbers[label], box) | {"score": float(score)}
        for at, (box, label, score) in enumerate(
            zip(found.boxes_xyxy, found.labels, found.scores, strict=True), start=1
        )
    ]


def _row(number: int, photo: int, label: int, box_xyxy: NDArray[np.float32]) -> Row:
    left, top, right, bottom = (float(edge) for edge in box_xyxy)
    return {
        "id": number,
        "image_id": photo,
        "category_id": label,
        "bbox": [left, top, right - left, bottom - top],
        "area": (right - left) * (bottom - top),
        "iscrowd": 0,
    }
