from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from edge_runtime.contract_templates import object_detection
from edge_runtime.geometry import Placement
from edge_runtime.postprocess import Scene
from edge_runtime.program import decode
from edge_runtime.results import DetectedObject, Objects

BOXES = [(0, 0, 0.5, 0.5), (0, 0, 0.5, 0.52), (0.5, 0.5, 1.2, 1), (0.5, 0.5, 1.2, 1.01)]


def found(scores: list[list[float]], **task: float) -> tuple[DetectedObject, ...]:
    scene = Scene(
        object_detection(**task),  # type: ignore[arg-type]
        ("person", "cup"),
        Placement.region(0, 0, 200, 100),
        (200, 100),
    )
    out = {
        "boxes_xyxy": np.array([BOXES], np.float32),
        "scores": np.array([scores], np.float32),
    }
    return cast("Objects", decode(out, scene)).objects


def test_each_class_by_itself_the_best_first() -> None:
    objects = found([[0.9, 0.5], [0.8, 0.7], [0.1, 0.6], [0.0, 0.0]])
    assert [x.label for x in objects] == ["person", "cup", "cup"]
    assert [x.score for x in objects] == pytest.approx([0.9, 0.7, 0.6])
    assert objects[0].box_xyxy == pytest.approx((0, 0, 100, 50))
    assert objects[1].box_xyxy == pytest.approx((0, 0, 100, 52), abs=1e-4)


def test_boxes_end_at_the_photo() -> None:
    (only,) = found([[0, 0], [0, 0], [0.9, 0], [0, 0]])
    assert only.box_xyxy == pytest.approx((100, 50, 200, 100))


@pytest.mark.parametrize(("score", "count"), [(0.39, 0), (0.4, 1)])
def test_the_threshold_counts(score: float, count: int) -> None:
    assert len(found([[score, 0]] + [[0, 0]] * 3)) == count


def test_at_most_so_many() -> None:
    assert len(found([[0.9, 0.9], [0, 0], [0.8, 0.8], [0, 0]], most=3)) == 3


def test_when_everything_is_likely_the_best_are_still_found() -> None:
    count = 1917
    scores = np.full((1, count, 2), 0.5, np.float32)
    scores[0, 1900, 1] = 0.99
    boxes = np.tile(np.array(BOXES[0], np.float32), (1, count, 1))
    scene = Scene(object_detection(), ("a", "b"), Placement.region(0, 0, 9, 9), (9, 9))
    objects = decode({"boxes_xyxy": boxes, "scores": scores}, scene).objects
    assert (objects[0].label, len(objects)) == ("b", 2)
