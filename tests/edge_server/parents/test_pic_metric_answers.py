from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flask import Flask, g

from edge_runtime import drawing
from edge_runtime.images import Photo
from edge_runtime.results import (
    DetectedObject,
    Face,
    Faces,
    Label,
    Labels,
    Objects,
)
from edge_server.engine.interface import Deadline
from edge_server.parents.asking import Question
from edge_server.parents.pic_metric_answers import ANALYSIS, NO_FACES, Looker
from edge_server.problems import StorageFull, StorageUnavailable
from edge_server.store.records import Outcome

APP = Flask("x")
RGB = np.full((40, 60, 3), 90, np.uint8)
BOX = (5.0, 5.0, 25.0, 30.0)
LABELS = Labels(
    labels=(
        Label(label="suit, suit of clothes", score=0.5),
        Label(label="bow tie", score=0.25),
        Label(label="c", score=0.1),
        Label(label="d", score=0.05),
    )
)
OBJECTS = Objects(
    objects=tuple(
        DetectedObject(label=name, score=score, box_xyxy=BOX)
        for name, score in (("person", 0.75), ("tie", 0.5), ("person", 0.25))
    )
)
FACES = Faces(faces=(Face(box_xyxy=BOX, score=0.9, points={}),))
DRAW = {
    "classify": drawing.draw_labels,
    "objects": drawing.draw_objects,
    "faces": drawing.draw_faces,
}


class Store:
    """What Pic Metric needs of a store, in memory; ``full`` takes nothing, ``away`` cannot
    be asked."""

    def __init__(self, *, full: bool = False, away: bool = False) -> None:
        self.full, self.away = full, away
        self.results: dict[tuple[str, str], Any] = {}

    def keep(self, _owner: str, _upload: Any) -> None:
        if self.full:
            raise StorageFull("there is no room: make some")

    def put_result(self, owner: str, sha256: str, question: Any, outcome: Outcome) -> None:
        self.results[owner, sha256] = (question, outcome)

    def find(self, owner: str, sha256: str) -> Any:
        if self.away:
            raise StorageUnavailable("it cannot be reached: ask again", retry_after=2)
        if (owner, sha256) in self.results:
            return SimpleNamespace(id=f"{owner}:{sha256}", md5="md5")
        return None

    def document(self, owner: str, photo_id: str) -> Any:
        question, outcome = self.results[owner, photo_id.partition(":")[2]]
        result = {
            "analysis": question.analysis,
            "versions": question.versions,
            "answer": outcome.answer,
            "pictures": [{"name": p.name, "url": f"/{p.name}"} for p in outcome.pictures],
        }
        return {"results": [{"analysis": "other", "versions": {}}, result]}


class Asker:
    """Answers at once, and counts."""

    def __init__(self, store: Store | None, faces: Faces = FACES) -> None:
        self.values = {"classify": LABELS, "objects": OBJECTS, "faces": faces}
        self.asked: list[str] = []
        self.versions = {"m": "1"}
        self.services = SimpleNamespace(
            store=store,
            engine=SimpleNamespace(version=lambda name: self.versions[name[0]]),
            intake=SimpleNamespace(from_bytes=self.upload),
        )

    @staticmethod
    def upload(content: bytes) -> Any:
        sha256 = hashlib.sha256(content).hexdigest()
        return SimpleNamespace(photo=Photo(RGB), sha256=sha256, md5="md5", encoded=content)

    def best(self, name: str) -> Question:
        task = self.task(name)
        return Question(task=name, models=(*task.heavier, *task.models))

    @staticmethod
    def task(name: str) -> Any:
        return SimpleNamespace(
            name=name, models=(f"m-{name}",), heavier=(f"h-{name}",), draw=DRAW[name]
        )

    @staticmethod
    def model_of(question: Any) -> str:
        assert question.models[0].startswith("h-")  # the heavy one, where it is here
        return str(question.models[-1])

    def ask(self, question: Any, _upload: Any, _deadline: Any) -> Any:
        self.asked.append(question.task)
        return SimpleNamespace(value=self.values[question.task])


def look(asker: Any, content: bytes = b"photo", *, may: bool = True) -> Any:
    with APP.test_request_context("/upload", base_url="https://photos.example"):
        g.owner, g.may_store = "me", may
        return Looker(asker).look(content, Deadline.after(5)).answer()


def test_numbers_are_text_inside_text_as_the_project_has_them() -> None:
    answer = look(Asker(Store()))
    assert json.loads(answer.resnet) == {
        "suit": "0.5000000",
        "bow_tie": "0.2500000",
        "c": "0.1000000",
    }
    assert json.loads(answer.yolov3) == {"person": "75.0000", "tie": "50.0000"}
    assert (answer.error, answer.hash) == ("", "md5")
    assert answer.faces_source == "https://photos.example/faces"
    sha256 = hashlib.sha256(b"photo").hexdigest()
    assert answer.original == f"https://photos.example/v1/photos/me:{sha256}/original"


def test_the_same_bytes_and_models_are_computed_once() -> None:
    asker = Asker(Store())
    first = look(asker)
    assert (look(asker), asker.asked) == (first, ["classify", "objects", "faces"])
    look(asker, b"another photo")
    assert len(asker.asked) == 6
    asker.versions["m"] = "2"  # another model: what it says may differ
    look(asker)
    assert len(asker.asked) == 9


def test_without_faces_there_is_a_word() -> None:
    assert look(Asker(Store(), Faces(faces=()))).faces_source == NO_FACES
    assert look(Asker(None, Faces(faces=()))).faces_source == NO_FACES


@pytest.mark.parametrize(
    ("store", "may", "error"),
    [
        (None, True, ""),
        (Store(), False, ""),
        (Store(full=True), True, "not kept: there is no room: make some"),
        (Store(away=True), True, "not kept: it cannot be reached: ask again"),
    ],
)
def test_where_nothing_may_be_kept_the_pictures_are_in_the_answer(
    store: Store | None, may: bool, error: str
) -> None:
    answer = look(Asker(store), may=may)
    assert answer.error == error
    for address in (answer.original, answer.yolov3_source, answer.faces_source):
        assert address.startswith("data:image/png;base64,")
    assert len({answer.original, answer.yolov3_source, answer.faces_source}) == 3
    assert store is None or store.results == {}
    assert ANALYSIS == "pic-metric"
