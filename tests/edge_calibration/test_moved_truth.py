from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.photos.moved_truth import cut, mirrored, shrunk
from edge_calibration.photos.truth import (
    BoxesTruth,
    ClassTruth,
    LandmarksTruth,
    MaskTruth,
    SmileTruth,
    Truth,
)
from edge_runtime.errors import DatasetError

BOXES = BoxesTruth(
    boxes_xyxy=np.float32([[0, 0, 10, 10], [8, 0, 18, 10], [30, 30, 40, 40]]),
    labels=("outside", "hardly", "inside"),
    ignored=np.zeros(3, np.bool_),
)
POINTS = LandmarksTruth(points_xy=np.float32([[10, 4], [30, 4], [20, 9]]))
MASK = MaskTruth(pixels=np.array([[1, 2, 3], [4, 5, 6]], np.uint8))


def test_boxes_end_at_the_cut_and_a_rest_is_not_wanted() -> None:
    truth = cut(BOXES, (16, 0, 35, 40))
    assert truth.labels == ("hardly", "inside")
    assert np.array_equal(truth.boxes_xyxy, [[0, 0, 2, 10], [14, 30, 19, 40]])
    assert truth.ignored.tolist() == [True, False]


def test_boxes_are_mirrored() -> None:
    truth = mirrored(BOXES, 100, ())
    assert np.array_equal(
        truth.boxes_xyxy, [[90, 0, 100, 10], [82, 0, 92, 10], [60, 30, 70, 40]]
    )
    assert truth.labels == BOXES.labels


def test_boxes_shrink() -> None:
    truth = shrunk(BOXES, (40, 100), (20, 25))
    assert np.array_equal(truth.boxes_xyxy[0], [0, 0, 2.5, 5])


def test_masks_follow() -> None:
    assert cut(MASK, (1, 0, 3, 1)).read().tolist() == [[2, 3]]
    assert mirrored(MASK, 3, ()).read().tolist() == [[3, 2, 1], [6, 5, 4]]
    assert set(shrunk(MASK, (2, 3), (1, 3)).read().ravel()) <= {1, 2, 3, 4, 5, 6}
    assert shrunk(MASK, (2, 3), (1, 3)).read().shape == (1, 3)


def test_mirrored_landmarks_change_places() -> None:
    truth = mirrored(POINTS, 40, (1, 0, 2))
    assert np.array_equal(truth.points_xy, [[10, 4], [30, 4], [20, 9]])


@pytest.mark.parametrize("order", [(), (0, 1), (0, 0, 1)])
def test_landmarks_are_not_mirrored_without_their_order(order: tuple[int, ...]) -> None:
    with pytest.raises(DatasetError, match="give Flip their order"):
        mirrored(POINTS, 40, order)


@pytest.mark.parametrize("truth", [None, ClassTruth(label="cat"), SmileTruth(smiling=False)])
def test_what_is_said_of_the_whole_photo_stays(truth: Truth | None) -> None:
    assert cut(truth, (1, 1, 5, 5)) is truth
    assert mirrored(truth, 9, ()) is truth
    assert shrunk(truth, (9, 9), (3, 3)) is truth
