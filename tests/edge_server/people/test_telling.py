"""Who is in a photo, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge_server.people.results import KnownFace, Match, People
from edge_server.people.telling import people_json


@pytest.mark.parametrize(
    ("match", "person", "name", "distance"),
    [
        (Match(person="ab", name="Ada", distance=0.123456), "ab", "Ada", 0.1235),
        (Match(distance=0.7), None, "unknown", 0.7),
        (Match(), None, "unknown", None),
    ],
)
def test_a_face_and_whose_it_is(
    face: Callable[..., Any],
    match: Match,
    person: str | None,
    name: str,
    distance: float | None,
) -> None:
    value = People(faces=(KnownFace(face=face(0.0).face, match=match),), threshold=0.6)
    record = people_json(value)
    assert record["threshold"] == 0.6
    told = record["faces"][0]
    assert (told["person"], told["name"], told["distance"]) == (person, name, distance)
    assert told["box"] == [10, 10, 40, 50]
    assert told["points"]["right_eye"] == [10, 20]


def test_no_face_is_an_answer() -> None:
    assert people_json(People(faces=(), threshold=0.6))["faces"] == []
