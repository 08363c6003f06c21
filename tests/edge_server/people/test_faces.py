"""Faces as arrays."""

from __future__ import annotations

import numpy as np

from edge_server.people.faces import FaceSet


def faces() -> FaceSet:
    vectors = np.eye(5, 128)
    rows = zip("cabed", "ppqpq", vectors, strict=True)
    return FaceSet.of(rows)


def test_faces_lie_in_the_order_of_their_ids() -> None:
    found = faces()
    assert found.ids == tuple("abcde")
    assert found.photos == tuple("pqpqp")
    assert found.places == {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4}
    assert found.grid.argmax(axis=1).tolist() == [1, 2, 0, 4, 3]
    assert found.squares.tolist() == [2.0**40] * 5
    assert found.rough.dtype == np.float32


def test_rivals_are_every_two_of_one_photo() -> None:
    assert sorted(map(tuple, faces().rivals.tolist())) == [(0, 2), (0, 4), (1, 3), (2, 4)]
    assert faces().part([0, 1]).rivals.shape == (0, 2)


def test_a_part_keeps_the_order() -> None:
    part = faces().part([3, 0])
    assert (part.ids, part.photos) == (("a", "d"), ("p", "q"))
    assert part.grid.argmax(axis=1).tolist() == [1, 4]


def test_there_may_be_none() -> None:
    none = FaceSet.of([])
    assert (none.ids, none.rivals.shape, none.photo_numbers.shape) == ((), (0, 2), (0,))
