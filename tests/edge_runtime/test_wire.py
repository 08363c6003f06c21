from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.results import (
    DetectedObject,
    Face,
    Faces,
    Label,
    Labels,
    Mask,
    Objects,
    Picture,
    Prediction,
    StyleVector,
    Timings,
)
from edge_runtime.wire import photo_json, result_record

BOX = (1.00049, 2.0, 3.0, 4.5)
POINTS = {"right_eye": (1.0, 2.0), "left_eye": (3.0, 4.0)}
MESH = np.array([[1.5, 2.5, -0.5], [3, 4, 0.123456]], np.float32)


def face(**more: Any) -> Face:
    return Face(box_xyxy=BOX, score=0.98765432, points=POINTS, **more)


PLAIN = {
    "box": [1.0, 2.0, 3.0, 4.5],
    "score": 0.987654,
    "points": {"right_eye": [1.0, 2.0], "left_eye": [3.0, 4.0]},
}


@pytest.mark.parametrize(
    ("value", "record"),
    [
        (Faces(faces=()), {"faces": []}),
        (Faces(faces=(face(),)), {"faces": [PLAIN]}),
        (
            Faces(faces=(face(landmarks=MESH),)),
            {"faces": [{**PLAIN, "landmarks": [[1.5, 2.5, -0.5], [3.0, 4.0, 0.123]]}]},
        ),
        (
            Faces(faces=(face(smile=0.5, expressions={"happy": 0.5, "sad": 0.5}),)),
            {"faces": [{**PLAIN, "smile": 0.5, "expressions": {"happy": 0.5, "sad": 0.5}}]},
        ),
        (
            Labels(labels=(Label(label="cat", score=0.25),)),
            {"labels": [{"label": "cat", "score": 0.25}]},
        ),
        (
            Objects(objects=(DetectedObject(label="cat", score=0.25, box_xyxy=BOX),)),
            {"objects": [{"label": "cat", "score": 0.25, "box": [1.0, 2.0, 3.0, 4.5]}]},
        ),
        (Mask(probability=np.array([[0, 1], [0, 0]], np.float32)), {"person": 0.25}),
        (Picture(pixels=np.zeros((2, 3, 4), np.uint8)), {"channels": "RGBA"}),
        (Picture(pixels=np.zeros((2, 3, 3), np.uint8)), {"channels": "RGB"}),
    ],
    ids=lambda v: type(v).__name__,
)
def test_each_result_has_its_record(value: object, record: dict[str, Any]) -> None:
    assert result_record(value) == record
    assert list(result_record(value)) == list(record)


def test_what_has_no_record_says_so() -> None:
    with pytest.raises(TypeError, match="StyleVector"):
        result_record(StyleVector(values=np.zeros((1, 1, 1, 100), np.float32)))


def prediction(value: object) -> Prediction[Any]:
    ms = Timings(decode=1.23456, run=2)
    return Prediction(value=value, model="m", variant="fp32", ms=ms)


def test_a_line_has_exactly_the_contracts_fields() -> None:
    text = photo_json("faces", "a/b.jpg", (640, 480), prediction(Faces(faces=())))
    assert "\n" not in text
    assert json.loads(text) == {
        "task": "faces",
        "model": "m",
        "variant": "fp32",
        "image": "a/b.jpg",
        "size": [640, 480],
        "ms": {"decode": 1.235, "preprocess": 0.0, "run": 2.0, "postprocess": 0.0},
        "result": {"faces": []},
    }


@pytest.mark.parametrize(
    ("value", "there"),
    [(Picture(pixels=np.zeros((2, 3, 3), np.uint8)), True), (Labels(labels=()), False)],
)
def test_only_a_picture_names_its_file(value: object, there: bool) -> None:
    text = photo_json("style", "a", (3, 2), prediction(value), Path("out.png"))
    assert (json.loads(text)["result"].get("output") == "out.png") is there
