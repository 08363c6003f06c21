"""The task ``age-and-gender``, with stand-ins for the models: off, on, and bad questions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_runtime.images import Photo
from edge_runtime.results import Face, Faces
from edge_server.engine.interface import Answer, Deadline, Times
from edge_server.models.age_and_gender import APPEARANCE
from edge_server.models.face_detection_mtcnn import FACES
from edge_server.people.appearance import Attributes, GuessedFace, Guesses
from edge_server.problems import InvalidParameter, TaskDisabled
from edge_server.tasks.age_and_gender import age_and_gender_task, draw_guesses
from edge_server.tasks.task import Call, Choice, NoParams

PHOTO = Photo(np.full((120, 160, 3), 128, np.uint8))
BOX = (20.0, 40.0, 90.0, 110.0)


def face(score: float, turned: float = 0.0) -> Face:
    eyes = {"right_eye": (40.0, 60.0), "left_eye": (60.0, 60.0 + turned)}
    return Face(box_xyxy=BOX, score=score, points=eyes)


class Models:
    """An engine that finds these faces, and takes everybody for a woman of 25."""

    def __init__(self, *faces: Face) -> None:
        self.faces = faces
        self.asked: list[tuple[str, Any]] = []

    def submit(self, model: str, _rgb: Any, params: Any, *_given: Any) -> Any:
        self.asked.append((model, params))
        self.value: Any = Faces(faces=self.faces)
        if model == APPEARANCE:
            ages = np.zeros((len(params.faces), 100), np.float32)
            ages[:, 25] = 1
            self.value = Attributes(ages=ages, men=np.zeros(len(ages), np.float32))
        return self

    def result(self) -> Answer:
        times = Times(queued=1, run=2)
        parts = {"variant": "v", "sha256": "ab", "device": "cpu", "times": times}
        return Answer(value=self.value, model=self.asked[-1][0], **parts)


def call(engine: Any = None, **choice: str) -> Call:
    return Call(
        engine=engine,
        photo=PHOTO,
        params=NoParams(),
        deadline=Deadline.after(5),
        choice=Choice(**choice),
    )


def test_off_no_model_is_asked_and_it_is_said_what_to_switch_on() -> None:
    task, models = age_and_gender_task(on=False), Models(face(0.99))
    with pytest.raises(TaskDisabled, match="--age-and-gender yes") as raised:
        task.answer(task, call(models))
    assert (raised.value.status, raised.value.code) == (403, "task-disabled")
    assert models.asked == []


def test_on_every_sure_face_is_looked_at_where_it_is_and_as_it_is_turned() -> None:
    task = age_and_gender_task(on=True)
    models = Models(face(0.999), face(0.98, turned=20.0), face(0.9))
    answer = task.answer(task, call(models))
    assert [model for model, _ in models.asked] == [FACES, APPEARANCE]
    assert models.asked[1][1].faces == ((BOX, 0.0), (BOX, pytest.approx(np.pi / 4)))
    told = [(one.face.score, one.age, one.gender) for one in answer.value.faces]
    assert told == [(0.999, 25, "female"), (0.98, 25, "female")]
    assert (answer.model, answer.times) == (APPEARANCE, Times(queued=2, run=4))


def test_a_photo_without_faces_is_answered_by_none() -> None:
    task = age_and_gender_task(on=True)
    assert task.answer(task, call(Models())).value == Guesses(faces=())


@pytest.mark.parametrize("choice", [{"model": "smile"}, {"checkpoint": "faceres"}])
def test_there_is_nothing_to_choose(choice: dict[str, str]) -> None:
    task = age_and_gender_task(on=True)
    with pytest.raises(InvalidParameter):
        task.answer(task, call(Models(), **choice))


def test_a_guess_is_drawn_beside_the_face() -> None:
    def drawn(*ages: float) -> Any:
        guesses = (
            GuessedFace(
                face=face(0.99), age=age, age_spread=9, gender="female", probability=0.9
            )
            for age in ages
        )
        return draw_guesses(PHOTO.rgb, Guesses(faces=tuple(guesses)))

    assert np.array_equal(drawn(), PHOTO.rgb)
    assert (drawn(25) != PHOTO.rgb).any()
    assert (drawn(25) != drawn(67)).any()
    assert PHOTO.rgb.min() == PHOTO.rgb.max() == 128  # the photo itself is not drawn on
    assert np.array_equal(drawn(25)[60:100, 40:80], PHOTO.rgb[60:100, 40:80])
