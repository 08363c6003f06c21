from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from edge_calibration.photos.average_precision import FoundBoxes, coco_precision
from edge_calibration.photos.truth import BoxesTruth

A, B, C = (0, 0, 10, 10), (20, 20, 40, 40), (50, 50, 60, 70)
FAR = (80, 80, 90, 90)


def found(*boxes: tuple[str, float, Sequence[float]]) -> FoundBoxes:
    return FoundBoxes(
        boxes_xyxy=np.array([box for _, _, box in boxes], np.float32).reshape(-1, 4),
        labels=tuple(label for label, _, _ in boxes),
        scores=np.array([score for _, score, _ in boxes], np.float32),
    )


def truth(*boxes: tuple[str, Sequence[float]], ignored: Sequence[int] = ()) -> BoxesTruth:
    return BoxesTruth(
        boxes_xyxy=np.array([box for _, box in boxes], np.float32).reshape(-1, 4),
        labels=tuple(label for label, _ in boxes),
        ignored=np.array([at in ignored for at in range(len(boxes))], np.bool_),
    )


# One label, two wanted: precision 1 up to recall 0.5 (51 of 101 recalls), 2/3 beyond.
HALF = (51 + 50 * 2 / 3) / 101


@pytest.mark.parametrize(
    ("photos", "ap50"),
    [
        ([(found(("dog", 0.9, A)), truth(("dog", A)))], 1.0),
        ([(found(("cat", 0.9, A)), truth(("dog", A)))], 0.0),
        ([(found(), truth(("dog", A)))], 0.0),
        (
            [
                (found(("dog", 0.9, A), ("dog", 0.8, FAR)), truth(("dog", A))),
                (found(("dog", 0.7, B)), truth(("dog", B))),
            ],
            HALF,
        ),
        ([(found(("dog", 0.9, A)), truth(("dog", A), ("cat", B)))], 0.5),
        (
            [
                (
                    found(("dog", 0.9, C), ("dog", 0.8, A)),
                    truth(("dog", A), ("dog", C), ignored=[1]),
                )
            ],
            1.0,
        ),
        ([(found(("dog", 0.9, A)), truth())], math.nan),
        ([(found(("dog", 0.9, A)), truth(("dog", A), ignored=[0]))], math.nan),
        ([], math.nan),
    ],
    ids=[
        "hit",
        "other label",
        "none",
        "one wrong",
        "two labels",
        "crowd",
        "empty",
        "all",
        "no",
    ],
)
def test_average_precision_by_hand(
    photos: Sequence[tuple[FoundBoxes, BoxesTruth]], ap50: float
) -> None:
    assert coco_precision(photos).ap50 == pytest.approx(ap50, nan_ok=True)


def test_a_box_that_overlaps_by_three_quarters_counts_at_six_of_ten_limits() -> None:
    near = (0, 0, 10, 7.6)  # IoU 0.76: found at 0.50, 0.55, ... 0.75
    precision = coco_precision([(found(("dog", 0.9, near)), truth(("dog", A)))])
    assert precision.ap50 == pytest.approx(1.0)
    assert precision.ap == pytest.approx(0.6)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    coco_precision([(found(("dog", 0.9, A)), truth(("dog", A)))])
    assert capfd.readouterr().out == ""
