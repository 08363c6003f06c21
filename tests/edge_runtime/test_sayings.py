from __future__ import annotations

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
    StyleVector,
)
from edge_runtime.sayings import say

BOX = (1.2, 2.6, 30.0, 40.0)
AT = "90.0% at x 1-30, y 3-40"
PLAIN = Face(box_xyxy=BOX, score=0.9, points={})
SMILING = Face(
    box_xyxy=BOX,
    score=0.9,
    points={},
    landmarks=np.zeros((468, 3), np.float32),
    smile=0.75,
    expressions={"sad": 0.25, "happy": 0.75},
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Faces(faces=()), "no faces"),
        (Faces(faces=(PLAIN,)), "1 face\n  90.0% at x 1-30, y 3-40"),
        (
            Faces(faces=(SMILING, PLAIN)),
            f"2 faces\n  {AT}, 468 points, smile 75.0%, looks happy\n  {AT}",
        ),
        (Labels(labels=(Label(label="cat", score=0.5), Label(label="cup", score=0.25))),
         "cat 50.0%; cup 25.0%"),
        (Objects(objects=()), "no objects"),
        (Objects(objects=(DetectedObject(label="cat", score=0.5, box_xyxy=BOX),)),
         "1 object\n  cat 50.0% at x 1-30, y 3-40"),
        (Mask(probability=np.array([[0, 1]], np.float32)),
         "a person on 50.0% of the picture"),
        (Picture(pixels=np.zeros((2, 3, 3), np.uint8)), "a picture of 3x2"),
    ],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_what_is_said(value: object, text: str) -> None:
    assert say(value) == text


def test_what_nothing_is_said_of() -> None:
    with pytest.raises(TypeError, match="StyleVector"):
        say(StyleVector(values=np.zeros((1, 1, 1, 100), np.float32)))
