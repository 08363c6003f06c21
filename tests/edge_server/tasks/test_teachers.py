"""How alike a light model's answer and a heavy one's are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge_runtime import spec
from edge_runtime.results import (
    ClassMap,
    DetectedObject,
    Instance,
    Instances,
    Mask,
    Objects,
)
from edge_server.problems import Overloaded, WeightsMissing
from edge_server.tasks.teachers import TEACHERS, taught, teacher_of

PERSON, OBJECTS = TEACHERS
SIDE = 20


def mask(columns: slice) -> Mask:
    probability = np.zeros((SIDE, SIDE), np.float32)
    probability[:, columns] = 0.9
    return Mask(probability=probability)


def classes(columns: slice, labels: tuple[str, ...] = ("background", "person")) -> ClassMap:
    found = np.zeros((SIDE, SIDE), np.uint8)
    found[:, columns] = 1
    return ClassMap(classes=found, labels=labels, palette=((0, 0, 0), (9, 9, 9)))


def objects(*boxes: tuple[str, float]) -> Objects:
    return Objects(
        objects=tuple(
            DetectedObject(label=label, score=0.9, box_xyxy=(x, 0, x + 10, 10))
            for label, x in boxes
        )
    )


def instances(*boxes: tuple[str, float]) -> Instances:
    none = np.zeros((SIDE, SIDE), np.bool_)
    return Instances(
        instances=tuple(
            Instance(label=label, score=0.9, box_xyxy=(x, 0, x + 10, 10), mask=none)
            for label, x in boxes
        ),
        size_hw=(SIDE, SIDE),
    )


@pytest.mark.parametrize(
    ("light", "heavy", "value"),
    [
        (mask(slice(0, 10)), classes(slice(0, 10)), 1.0),
        (mask(slice(0, 10)), classes(slice(5, 15)), 5 / 15),
        (mask(slice(0, 10)), classes(slice(10, 20)), 0.0),
        (mask(slice(0, 0)), classes(slice(0, 0)), 1.0),
        (mask(slice(0, 10)), classes(slice(0, 10), ("sky", "road")), None),
    ],
)
def test_people(light: Mask, heavy: ClassMap, value: float | None) -> None:
    judged = PERSON.judge(light, heavy)
    assert judged.value == (None if value is None else pytest.approx(value))
    assert judged.says


@pytest.mark.parametrize(
    ("light", "heavy", "value"),
    [
        ((("cat", 0), ("dog", 50)), (("dog", 51), ("cat", 1)), 1.0),
        ((("cat", 0),), (("dog", 0),), 0.0),
        ((("cat", 0),), (("cat", 8),), 0.0),
        ((("cat", 0), ("cat", 1)), (("cat", 0),), 2 / 3),
        ((), (), 1.0),
        ((), (("cat", 0),), 0.0),
    ],
)
def test_objects(light: Any, heavy: Any, value: float) -> None:
    judged = OBJECTS.judge(objects(*light), instances(*heavy))
    assert judged.value == pytest.approx(value)
    assert f"finds {len(light)} objects" in judged.says


def test_the_answer_says_who_judged() -> None:
    answer: Any = SimpleNamespace(value=classes(slice(0, 5)), variant="tiny", sha256="ab")
    report = taught(PERSON, mask(slice(0, 10)), lambda: answer)
    assert (report.value, report.measure) == (0.5, "IoU of person")
    assert (report.variant, report.sha256) == ("tiny", "ab")


def test_a_teacher_that_cannot_answer_says_why() -> None:
    def missing() -> Any:
        raise WeightsMissing("they are not here")

    def busy() -> Any:
        raise Overloaded("later")

    report = taught(PERSON, None, missing)
    assert report.command == "edge-serve weights pull semantic-segmentation"
    assert report.value is None
    report = taught(OBJECTS, None, busy)
    assert (report.says, report.command) == ("later", "")


def test_which_models_have_a_teacher() -> None:
    assert teacher_of(spec.PortraitSegmentation()) is PERSON
    assert teacher_of(object()) is None
