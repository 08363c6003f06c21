from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from edge_runtime import results
from edge_runtime.bundle import Bundle
from edge_server.oip import outputs
from edge_server.oip.outputs import outputs_of_result
from edge_server.people.results import People
from edge_server.problems import OutputTooLarge
from edge_server.tasks.every import every_task

THIRD = np.float32(1) / np.float32(3)
FACE = results.Face(
    box_xyxy=(0.1, 1, 2, 3),
    score=float(THIRD),
    points={f"p{i}": (i, i + 0.5) for i in range(6)},
    landmarks=np.full((468, 3), THIRD),
    smile=0.25,
    expressions={"sad": 0.75, "smile": 0.25},
)
MASK = np.eye(3, 4, dtype=bool)
VALUES: list[tuple[str, Any]] = [
    ("segment", results.Mask(probability=np.full((3, 4), THIRD))),
    ("style", results.Picture(pixels=np.zeros((3, 4, 3), np.uint8))),
    ("faces", results.Faces(faces=(FACE, FACE))),
    ("faces", results.Faces(faces=())),
    ("landmarks", results.Faces(faces=(FACE,))),
    ("landmarks", results.Faces(faces=())),
    ("smile", results.Faces(faces=(FACE,))),
    ("smile", results.Faces(faces=())),
    ("classify", results.Labels(labels=(results.Label(label="Ä", score=0.1),))),
    ("objects", results.Objects(objects=())),
    (
        "objects",
        results.Objects(
            objects=(results.DetectedObject(label="cat", score=0.5, box_xyxy=(0, 1, 2, 3)),)
        ),
    ),
    ("depth", results.Depth(metres=np.full((3, 4), THIRD), max_depth=10)),
    ("instances", results.Instances(instances=(), size_hw=(3, 4))),
    (
        "instances",
        results.Instances(
            instances=(
                results.Instance(label="cat", score=0.5, box_xyxy=(0, 1, 2, 3), mask=MASK),
            ),
            size_hw=(3, 4),
        ),
    ),
    (
        "semantic-segmentation",
        results.ClassMap(
            classes=np.zeros((3, 4), np.uint8),
            labels=("a", "b"),
            palette=((0, 0, 0), (1, 2, 3)),
        ),
    ),
    (
        "cut",
        results.CutOut(
            pixels=np.zeros((3, 4, 4), np.uint8), mask=MASK, found=("cat",), method="m"
        ),
    ),
]


@pytest.mark.parametrize(("task", "value"), VALUES)
def test_each_result_gives_what_is_described(task: str, value: Any) -> None:
    for output in outputs_of_result(type(value), task):
        tensor = output.of(value)
        assert (tensor.name, tensor.datatype) == (output.name, output.datatype)
        assert len(tensor.shape) == len(output.shape)
        for length, expected in zip(tensor.shape, output.shape, strict=True):
            assert expected in {-1, length}, (output, tensor.shape)


def test_nothing_is_rounded_or_turned() -> None:
    faces = results.Faces(faces=(FACE,))
    made = {one.name: one.of(faces).array for one in outputs_of_result(results.Faces, "smile")}
    assert made["scores"].tolist() == [float(THIRD)]
    assert made["points"][0, 2].tolist() == [2, 2.5]
    assert made["expressions"].tolist() == [[0.75, 0.25]]
    assert made["expression_names"].tolist() == [b"sad", b"smile"]
    found = dict(VALUES[-3:])["instances"]
    masks = outputs_of_result(results.Instances, "instances")[-1].of(found).array
    assert (masks[0] == MASK).all()


def test_what_is_no_tensor_is_one_text_of_json() -> None:
    (output,) = outputs_of_result(People, "people")
    assert (output.name, output.datatype, output.shape) == ("json", "BYTES", (-1,))
    (text,) = output.read(People(faces=(), threshold=0.6))
    assert json.loads(text) == {"threshold": 0.6, "faces": []}


def test_every_task_can_be_described() -> None:
    for task in every_task(Bundle.open()):
        assert outputs_of_result(task.result, task.name)


def test_masks_of_too_many_bytes_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "MAX_MASK_BYTES", 11)
    output = outputs_of_result(results.Instances, "instances")[-1]
    with pytest.raises(OutputTooLarge, match="the other outputs"):
        output.of(dict(VALUES[-3:])["instances"])
