from __future__ import annotations

import math

import numpy as np
import pytest

from edge_calibration.photos.truth_metrics import (
    confusion,
    in_top,
    landmark_nme,
    mean_iou,
    roc_auc,
)


def test_confusion_counts_pixels_and_leaves_out_the_ignored() -> None:
    wanted = np.array([[0, 0, 1], [1, 2, 255]], np.uint8)
    made = np.array([[0, 1, 1], [1, 0, 2]], np.uint8)
    assert confusion(made, wanted, 3).tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 0]]


def test_a_class_beyond_is_refused() -> None:
    two = np.array([[2]], np.uint8)
    with pytest.raises(ValueError, match="more than 2 classes"):
        confusion(two, two, 2)


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ([[4, 0], [0, 4]], 1.0),
        ([[1, 1, 0], [0, 2, 0], [1, 0, 0]], (1 / 3 + 2 / 3 + 0) / 3),
        ([[5, 0, 0], [0, 0, 0], [0, 0, 3]], 1.0),  # the second class is nowhere
        ([[0, 0], [0, 0]], math.nan),
    ],
)
def test_mean_iou_is_over_the_classes_that_are_there(
    counts: list[list[int]], wanted: float
) -> None:
    assert mean_iou(np.array(counts)) == pytest.approx(wanted, nan_ok=True)


@pytest.mark.parametrize(("count", "found"), [(1, False), (2, True), (5, True)])
def test_in_top(count: int, found: bool) -> None:
    assert in_top(["dog", "cat", "cow"], "cat", count) is found


def test_landmarks_are_measured_in_sizes_of_the_face() -> None:
    wanted = np.array([[0, 0], [8, 0], [0, 2]], np.float32)
    made = wanted + np.float32([3, 4])
    assert landmark_nme(made, wanted) == pytest.approx(5 / 4)


@pytest.mark.parametrize(
    ("scores", "truths", "wanted"),
    [
        ([0.1, 0.9], [False, True], 1.0),
        ([0.9, 0.1], [False, True], 0.0),
        ([0.5, 0.5], [False, True], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [False, False, True, True], 0.75),
        ([0.3, 0.7], [True, True], math.nan),
    ],
)
def test_auc_is_the_chance_of_the_right_order(
    scores: list[float], truths: list[bool], wanted: float
) -> None:
    assert roc_auc(scores, truths) == pytest.approx(wanted, nan_ok=True)
