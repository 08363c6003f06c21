"""How groups grow, one join after the other."""

from __future__ import annotations

import numpy as np
import pytest

from edge_server.people import linkage
from edge_server.people.faces import FaceSet
from edge_server.people.linkage import Join, grown
from edge_server.people.rules import Together
from edge_server.people.spans import LIMIT_SPAN, spans

STEPS = 2**20


def line(*places: float, photos: str = "pqrstuvw") -> FaceSet:
    return FaceSet.of(
        (id_, photo, np.array([place]))
        for id_, photo, place in zip("abcdefgh", photos, places, strict=False)
    )


def test_the_nearest_two_are_joined_at_the_mean_of_their_distances() -> None:
    tree = grown(line(0.0, 0.5, 0.625, 9.0), [])
    assert tree.joins == (Join(1, 2, 0.125 * STEPS), Join(0, 1, 0.5625 * STEPS))
    assert tree.person.tolist() == [0, 0, 0, 3]


def test_of_equal_distances_the_smaller_ids_come_first() -> None:
    tree = grown(line(0.0, 0.25, 0.5, 0.75), [])
    assert [join[:2] for join in tree.joins] == [(0, 1), (2, 3), (0, 2)]


def test_who_was_kept_apart_from_one_is_kept_apart_from_its_group() -> None:
    tree = grown(line(0.0, 0.0, 0.125, photos="ppq"), [])
    assert [join[:2] for join in tree.joins] == [(0, 2)]
    assert tree.person.tolist() == [0, 1, 0]


def test_groups_of_one_person_count_as_one_for_what_keeps_apart() -> None:
    # a and b are one person, c is of a photo with d, which joins a: then b cannot have c
    faces = line(0.0, 5.0, 5.5, 0.25, photos="pqrr")
    assert grown(faces, []).person.tolist() == [0, 1, 1, 0]
    tree = grown(faces, [Together(faces=("a", "b"))])
    assert [join[:2] for join in tree.joins] == [(0, 3)]
    assert tree.person.tolist() == [0, 0, 2, 0]


@pytest.mark.parametrize("few", [0, 10**9])
def test_lives_are_of_every_group_that_there_was(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkage, "_FEW", few)
    monkeypatch.setattr(linkage, "_AT_ONCE", 8)
    faces, other = line(0.0, 0.5, 0.625, 9.0), line(0.25, 2.0)
    tree = grown(faces, [])
    rows = spans(faces.grid, other.grid)
    kept = rows.copy()
    found = {}
    for lives in tree.lives(rows):
        for sums, count, birth, death in zip(*lives, strict=True):
            found[tuple(sums.tolist())] = (count, birth, death)
    assert (rows == kept).all()
    assert found == {
        tuple(kept[1]): (1, 0, 0.125 * STEPS),
        tuple(kept[2]): (1, 0, 0.125 * STEPS),
        tuple(kept[0]): (1, 0, 0.5625 * STEPS),
        tuple(kept[1:3].sum(axis=0)): (2, 0.125 * STEPS, 0.5625 * STEPS),
        tuple(kept[:3].sum(axis=0)): (3, 0.5625 * STEPS, LIMIT_SPAN),
        tuple(kept[3]): (1, 0, LIMIT_SPAN),
    }
