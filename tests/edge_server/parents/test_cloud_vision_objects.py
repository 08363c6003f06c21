from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge_runtime.results import DetectedObject, Objects
from edge_server.parents.cloud_vision_objects import class_ids, lists_of

LABELS = (
    (Path(__file__).parents[3] / "mobile_assets/labels/coco80.txt").read_text().splitlines()
)


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("person", 0),
        ("fire hydrant", 10),
        ("stop sign", 12),
        ("giraffe", 24),
        ("backpack", 26),
        ("handbag", 30),
        ("bottle", 43),
        ("wine glass", 45),
        ("cup", 46),
        ("dining table", 66),
        ("toilet", 69),
        ("tv", 71),
        ("book", 83),
        ("toothbrush", 89),
    ],
)
def test_classes_have_cocos_numbers_from_0(label: str, number: int) -> None:
    assert class_ids(LABELS)[label] == number


def test_the_lists_are_text_and_of_known_classes() -> None:
    found = Objects(
        objects=(
            DetectedObject(label="cup", score=0.9, box_xyxy=(1.0, 2.00049, 3.0, 4.5)),
            DetectedObject(label="gadget", score=0.8, box_xyxy=(0.0, 0.0, 1.0, 1.0)),
            DetectedObject(label="tv", score=0.5, box_xyxy=(5.0, 6.0, 7.0, 8.0)),
        )
    )
    made = lists_of(found, class_ids(LABELS))
    assert {name: json.loads(text) for name, text in made.items()} == {
        "rois": [[1, 2, 3, 4.5], [5, 6, 7, 8]],
        "class_ids": [46, 71],
        "scores": [0.9, 0.5],
    }
