"""Ground truth carried along with its photo: cut, mirrored, shrunk.

A class and a smile stay what they are: who cuts a photo has to leave the subject in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from edge_calibration.photos.truth import BoxesTruth, LandmarksTruth, MaskTruth
from edge_runtime.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_calibration.photos.truth import Truth

    Window: TypeAlias = tuple[int, int, int, int]

CLEARLY_THERE = 0.3
"""The share of an object's box inside the cut from which it counts as wanted."""


def cut(truth: Truth | None, window: Window) -> Truth | None:
    """The truth of the part ``window`` (x0, y0, x1, y1, in pixels) of a photo.

    Boxes end at the cut; one outside is left out, and one of which less than
    ``CLEARLY_THERE`` is left may be found or not.  Landmarks may lie outside.
    """
    x0, y0, x1, y1 = window
    if isinstance(truth, BoxesTruth):
        return _cut_boxes(truth, window)
    if isinstance(truth, MaskTruth):
        return MaskTruth(pixels=truth.read()[y0:y1, x0:x1])
    if isinstance(truth, LandmarksTruth):
        return LandmarksTruth(points_xy=truth.points_xy - np.array([x0, y0], np.float32))
    return truth


def mirrored(truth: Truth | None, width: int, order: Sequence[int]) -> Truth | None:
    """The truth of the mirror image of a photo ``width`` pixels wide.

    Raises ``DatasetError`` for landmarks whose ``order`` does not name each of them once.
    """
    if isinstance(truth, BoxesTruth):
        left, top, right, bottom = truth.boxes_xyxy.T
        boxes = np.stack([width - right, top, width - left, bottom], axis=1)
        return BoxesTruth(boxes_xyxy=boxes, labels=truth.labels, ignored=truth.ignored)
    if isinstance(truth, MaskTruth):
        return MaskTruth(pixels=np.ascontiguousarray(truth.read()[:, ::-1]))
    if isinstance(truth, LandmarksTruth):
        if sorted(order) != list(range(len(truth.points_xy))):
            raise DatasetError("mirrored landmarks change places: give Flip their order")
        x, y = truth.points_xy[list(order)].T
        return LandmarksTruth(points_xy=np.stack([width - x, y], axis=1))
    return truth


def shrunk(
    truth: Truth | None, from_hw: tuple[int, ...], to_hw: tuple[int, int]
) -> Truth | None:
    """The truth of a photo that was scaled from one height and width to another."""
    across = np.array([to_hw[1] / from_hw[1], to_hw[0] / from_hw[0]], np.float32)
    if isinstance(truth, BoxesTruth):
        boxes: NDArray[np.float32] = truth.boxes_xyxy * np.tile(across, 2)
        return BoxesTruth(boxes_xyxy=boxes, labels=truth.labels, ignored=truth.ignored)
    if isinstance(truth, MaskTruth):
        size_wh = (to_hw[1], to_hw[0])
        small = cv2.resize(truth.read(), size_wh, interpolation=cv2.INTER_NEAREST)
        return MaskTruth(pixels=np.asarray(small, np.uint8))
    if isinstance(truth, LandmarksTruth):
        return LandmarksTruth(points_xy=truth.points_xy * across)
    return truth


def _cut_boxes(truth: BoxesTruth, window: Window) -> BoxesTruth:
    x0, y0, x1, y1 = window
    low, high = np.array([x0, y0, x0, y0], np.float32), np.array([x1, y1, x1, y1], np.float32)
    inside = np.clip(truth.boxes_xyxy, low, high) - low
    shares = _areas(inside) / np.maximum(_areas(truth.boxes_xyxy), 1e-6)
    kept = shares > 0
    return BoxesTruth(
        boxes_xyxy=inside[kept],
        labels=tuple(label for label, there in zip(truth.labels, kept, strict=True) if there),
        ignored=(truth.ignored | (shares < CLEARLY_THERE))[kept],
    )


def _areas(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)
