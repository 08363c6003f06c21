from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_runtime.results import ClassMap, Depth, Face, Faces, Instances, Prediction
from edge_server.engine.finite import check_finite
from edge_server.problems import ModelOutputInvalid

NAN = float("nan")


def depth(*values: float) -> Depth:
    return Depth(metres=np.array([values], np.float32), max_depth=10.0)


def face(score: float, x: float = 0.0) -> Faces:
    return Faces(faces=(Face(box_xyxy=(0, 0, 1, 1), score=score, points={"nose": (x, 1.0)}),))


FINE = [
    depth(1, 2),
    face(0.5),
    Prediction(value=depth(1), model="m", variant="v"),
    ClassMap(classes=np.zeros((2, 2), np.uint8), labels=("a",), palette=((0, 0, 0),)),
    Instances(instances=(), size_hw=(1, 1)),
    None,
    "nan",
    3,
]
WRONG = [
    depth(1, NAN),
    depth(float("inf")),
    face(NAN),
    face(0.5, x=NAN),
    Prediction(value=depth(NAN), model="m", variant="v"),
    [1.0, NAN],
    np.array([NAN], np.float16),
]


@pytest.mark.parametrize("value", FINE, ids=repr)
def test_numbers_pass(value: Any) -> None:
    check_finite(value)


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_what_is_no_number_does_not(value: Any) -> None:
    with pytest.raises(ModelOutputInvalid):
        check_finite(value)
