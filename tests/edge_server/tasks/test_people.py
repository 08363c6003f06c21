"""The task ``people``, with stand-ins for the models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_runtime.images import Photo
from edge_runtime.results import Face
from edge_server.engine.interface import Deadline
from edge_server.people.results import KnownFace, Match, People
from edge_server.problems import Forbidden, InvalidParameter
from edge_server.tasks.people import draw_people, people_task
from edge_server.tasks.task import Call, Choice, NoParams

PHOTO = Photo(np.full((120, 160, 3), 128, np.uint8))


def call(engine: Any = None, **choice: str) -> Call:
    return Call(
        engine=engine,
        photo=PHOTO,
        params=NoParams(),
        deadline=Deadline.after(5),
        choice=Choice(**choice),
    )


def test_who_may_not_see_what_is_stored_asks_no_model() -> None:
    task = people_task()
    with pytest.raises(Forbidden, match="scope 'store'"):
        task.answer(task, call())


@pytest.mark.parametrize("choice", [{"model": "smile"}, {"checkpoint": "dlib-v1"}])
def test_there_is_nothing_to_choose(choice: dict[str, str]) -> None:
    task = people_task()
    with pytest.raises(InvalidParameter):
        task.answer(task, call(**choice))


def people(*matches: Match) -> People:
    face = Face(box_xyxy=(20.0, 40.0, 90.0, 110.0), score=0.99, points={})
    return People(
        faces=tuple(KnownFace(face=face, match=one) for one in matches), threshold=0.6
    )


def test_a_name_is_drawn_and_another_looks_different() -> None:
    plain = draw_people(PHOTO.rgb, people())
    assert np.array_equal(plain, PHOTO.rgb)
    unknown = draw_people(PHOTO.rgb, people(Match()))
    ada = draw_people(PHOTO.rgb, people(Match(person="1", name="Ada", distance=0.2)))
    assert PHOTO.rgb.min() == PHOTO.rgb.max() == 128  # the photo itself is not drawn on
    assert (unknown != plain).any()
    assert (ada != unknown).any()
    assert np.array_equal(ada[60:100, 40:80], PHOTO.rgb[60:100, 40:80])
