"""A first guess at groups: good where it is easy, and never two faces of one photo."""

from __future__ import annotations

import numpy as np

from edge_server.people import guessing
from edge_server.people.faces import FaceSet
from edge_server.people.guessing import guessed


def people(each: int, count: int) -> tuple[FaceSet, np.ndarray]:
    """Faces of people who are far apart, ``each`` of them so often, and who they are."""
    draws = np.random.default_rng(each)
    who = np.arange(count).repeat(each)
    vectors = draws.standard_normal((count, 128))[who] / 8
    vectors += draws.standard_normal(vectors.shape) * 0.02
    rows = ((f"{i:04}", str(i), vector) for i, vector in enumerate(vectors))
    return FaceSet.of(rows), who


def test_people_who_are_far_apart_are_found() -> None:
    faces, who = people(20, 15)
    found = guessed(faces)
    assert (
        len(set(found.tolist()))
        == len(set(zip(found.tolist(), who.tolist(), strict=True)))
        == 15
    )


def test_in_small_steps_it_is_the_same(monkeypatch: object) -> None:
    faces, _ = people(20, 15)
    whole = guessed(faces)
    monkeypatch.setattr(guessing, "_AT_ONCE", 1000)  # type: ignore[attr-defined]
    assert (guessed(faces) == whole).all()


def test_two_faces_of_one_photo_are_in_two_groups() -> None:
    rows = [(f"{i}", "pq"[i % 2], np.full(128, i / 1e4)) for i in range(6)]
    faces = FaceSet.of(rows)
    found = guessed(faces)
    assert all(found[one] != found[other] for one, other in faces.rivals.tolist())
    assert len(set(found.tolist())) == 3


def test_nobody_and_one() -> None:
    assert guessed(FaceSet.of([])).tolist() == []
    assert guessed(FaceSet.of([("a", "p", np.zeros(128))])).tolist() == [0]
