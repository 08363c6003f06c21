"""Whose face it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edge_server.people.matching import Known, distance_of, match_of, matched
from edge_server.people.results import Match


def known(*people: tuple[str, float]) -> Known:
    vectors = np.zeros((len(people), 128), np.float32)
    vectors[:, 0] = [place for _, place in people]
    ids = tuple(name.lower() for name, _ in people)
    return Known(people=ids, names=tuple(name for name, _ in people), vectors=vectors)


@pytest.mark.parametrize(
    ("place", "person", "distance"),
    [
        (1.0, "ada", 0.0),
        (1.5, "ada", 0.5),
        (0.4, "ada", 0.6),
        (0.39, "", 0.61),
        (2.9, "ada", 0.1),  # by her other photo
        (3.9, "grace", 0.1),
        (9.0, "", 5.0),
    ],
)
def test_the_nearest_within_the_limit(
    face: Callable[..., Any], place: float, person: str, distance: float
) -> None:
    people = known(("Ada", 1.0), ("Grace", 4.0), ("Ada", 2.8))
    match = match_of(face(place).vector, people)
    assert (match.person, match.name) == (person, person.title())
    assert match.distance == pytest.approx(distance, abs=1e-6)


def test_where_nobody_is_known_nobody_is_near(face: Callable[..., Any]) -> None:
    assert match_of(face(0.0).vector, known()) == Match()


def test_every_face_of_a_photo_is_matched(face: Callable[..., Any]) -> None:
    people = matched([face(4.1), face(9.0)], known(("Grace", 4.0)))
    assert [one.match.name for one in people.faces] == ["Grace", ""]
    assert people.threshold == 0.6
    assert matched([], known(("Grace", 4.0))).faces == ()


def test_the_distance_to_several_is_that_to_the_nearest(face: Callable[..., Any]) -> None:
    assert distance_of(face(2.0).vector, known(("A", 0.0), ("A", 2.5)).vectors) == 0.5
