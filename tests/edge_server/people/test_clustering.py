"""The same groups whatever the order, two faces of one photo never in one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_server.people.clustering import (
    LIMIT,
    FaceSet,
    distances,
    groups,
    groups_around,
    near,
)
from edge_server.people.rules import Apart, Rule, Together, faces_of

Face = tuple[str, str, np.ndarray]


def face(id_: str, photo: str, *vector: float) -> Face:
    return id_, photo, np.array(vector)


def grouped(faces: list[Face], rules: list[Rule] | None = None) -> set[frozenset[str]]:
    return as_sets(groups(FaceSet.of(faces), rules or []))


def as_sets(found: dict[str, str]) -> set[frozenset[str]]:
    sets: dict[str, set[str]] = {}
    for id_, group in found.items():
        sets.setdefault(group, set()).add(id_)
    return {frozenset(members) for members in sets.values()}


# A line of faces: the numbers are places on it, a limit being 0.6.
TABLE = {
    "alone": ([("a", "p", 0.0)], ["a"]),
    "two near": ([("a", "p", 0.0), ("b", "q", 0.6)], ["ab"]),
    "two far": ([("a", "p", 0.0), ("b", "q", 0.61)], ["a", "b"]),
    "of one photo": ([("a", "p", 0.0), ("b", "p", 0.0)], ["a", "b"]),
    "the nearer of one photo": (
        [("a", "p", 0.0), ("b", "p", 0.3), ("c", "q", 0.25)],
        ["a", "bc"],
    ),
    "of one photo, through a third": (
        [("a", "p", 0.0), ("b", "p", 0.2), ("c", "q", 0.1), ("d", "r", 0.1)],
        ["acd", "b"],
    ),
    "a chain is cut where it grows too long": (
        [("a", "p", 0.0), ("b", "q", 0.5), ("c", "r", 1.0), ("d", "s", 1.5)],
        ["ab", "cd"],
    ),
    "nobody": ([], []),
}


@pytest.mark.parametrize("name", TABLE)
def test_groups(name: str) -> None:
    faces, wanted = TABLE[name]
    assert grouped([face(*row) for row in faces]) == {frozenset(one) for one in wanted}


NEAR = [face("a", "p", 0.0), face("b", "q", 0.1), face("c", "r", 0.2)]
FAR = [face("x", "s", 5.0), face("y", "t", 5.1), face("z", "p", 5.2)]


@pytest.mark.parametrize(
    ("faces", "rules", "wanted"),
    [
        (NEAR, [Apart(faces=("a",), others=("b", "c"))], ["a", "bc"]),
        (NEAR, [Apart(faces=("c",), others=("a",))], ["ab", "c"]),
        (NEAR + FAR[:2], [Together(faces=("a", "b", "c", "x", "y"))], ["abcxy"]),
        # z is of a's photo, so that it is left out, though x and y are near it
        (NEAR + FAR, [Together(faces=("a", "x"))], ["abcxy", "z"]),
        (NEAR + FAR, [Together(faces=("a", "z"))], ["abc", "xyz"]),
        # what came later is right
        (NEAR, [Apart(faces=("a",), others=("b",)), Together(faces=("a", "b", "c"))], ["abc"]),
        (NEAR, [Together(faces=("a", "b")), Apart(faces=("a",), others=("b",))], ["a", "bc"]),
        (
            NEAR + FAR[:1],
            [Together(faces=("a", "b", "x")), Apart(faces=("a",), others=("b",))],
            ["ax", "bc"],
        ),
        (NEAR, [Together(faces=("gone", "a")), Apart(faces=("gone",), others=("b",))], ["abc"]),
    ],
)
def test_rules(faces: list[Face], rules: list[Rule], wanted: list[str]) -> None:
    assert grouped(faces, rules) == {frozenset(one) for one in wanted}


def test_a_new_face_joins_either_half_of_what_was_taken_for_one() -> None:
    rules: list[Rule] = [Together(faces=("a", "b", "c", "x", "y"))]
    more = [face("m", "u", 0.15), face("n", "v", 5.05)]
    assert grouped(NEAR + FAR[:2] + more, rules) == {frozenset("abcxymn")}


# Few places and photos, so that equal distances and contradictions are common.
places = st.tuples(*[st.sampled_from([0.0, 0.3, 0.6, 0.9, 2.0])] * 2)
some_faces = st.lists(st.tuples(places, st.sampled_from("pqrst")), max_size=9).map(
    lambda rows: [
        (f"f{index}", photo, np.array(place)) for index, (place, photo) in enumerate(rows)
    ]
)
ids = st.lists(st.sampled_from([f"f{index}" for index in range(9)]), min_size=1, max_size=4)
some_rules = st.lists(
    st.one_of(
        ids.map(lambda faces: Together(faces=tuple(faces))),
        st.builds(lambda a, b: Apart(faces=tuple(a), others=tuple(b)), ids, ids),
    ),
    max_size=3,
)
often = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@often
@given(some_faces, some_rules, st.randoms(use_true_random=False))
def test_faces_that_come_one_by_one_in_any_order_end_in_the_same_groups(
    faces: list[Face], rules: list[Rule], random: object
) -> None:
    order = list(faces)
    random.shuffle(order)  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    for count, (id_, _, _) in enumerate(order, start=1):
        found |= groups_around(FaceSet.of(order[:count]), [id_], rules)
    assert found == groups(FaceSet.of(faces), rules)


@often
@given(some_faces, some_rules, st.data())
def test_a_face_that_goes_leaves_the_groups_that_there_would_be_without_it(
    faces: list[Face], rules: list[Rule], data: st.DataObject
) -> None:
    if not faces:
        return
    whole = FaceSet.of(faces)
    gone = data.draw(st.sampled_from(whole.ids))
    before = groups(whole, rules)
    touched = groups_around(whole, [gone], rules)
    left = FaceSet.of([one for one in faces if one[0] != gone])
    after = {id_: group for id_, group in before.items() if id_ != gone}
    after |= groups_around(left, touched, rules)
    assert after == groups(left, rules)


@often
@given(some_faces, some_rules, some_rules.filter(bool))
def test_a_rule_that_comes_or_is_taken_back_changes_only_what_it_touches(
    faces: list[Face], rules: list[Rule], more: list[Rule]
) -> None:
    whole = FaceSet.of(faces)
    without, with_it = groups(whole, rules), groups(whole, [*rules, more[0]])
    spoken = faces_of(more[0])
    assert without | groups_around(whole, spoken, [*rules, more[0]]) == with_it
    assert with_it | groups_around(whole, spoken, rules) == without


@often
@given(some_faces, some_rules)
def test_two_faces_of_one_photo_are_never_one_person(
    faces: list[Face], rules: list[Rule]
) -> None:
    found = groups(FaceSet.of(faces), rules)
    for (one, photo, _), (other, also, _) in combinations(faces, 2):
        assert photo != also or found[one] != found[other]


@often
@given(some_faces)
def test_without_rules_every_group_s_faces_are_near_on_average(faces: list[Face]) -> None:
    whole = FaceSet.of(faces)
    found = groups(whole)
    apart = distances(whole.vectors) if faces else np.zeros((0, 0))
    for members in as_sets(found):
        at = [whole.ids.index(id_) for id_ in members]
        assert found[whole.ids[at[0]]] == min(members)
        if len(at) > 1:
            assert apart[np.ix_(at, at)].sum() / (len(at) * (len(at) - 1)) <= LIMIT + 1e-9


def test_a_pair_is_near_or_not_whoever_else_is_there() -> None:
    draws = np.random.default_rng(0).standard_normal((60, 128)) * 0.0375
    whole = FaceSet.of((f"{i:02}", str(i), vector) for i, vector in enumerate(draws))
    together = near(whole, range(60))
    assert 0.2 < together.mean() < 0.8
    for one, other in combinations(range(0, 60, 7), 2):
        pair = whole.part([one, other])
        assert near(pair, [0])[0, 1] == together[one, other]
        assert (distances(pair.vectors)[0, 1] <= LIMIT) == together[one, other]


def test_a_thousand_faces_take_no_minute() -> None:
    draws = np.random.default_rng(0)
    centres = draws.standard_normal((40, 128))
    vectors = centres.repeat(25, axis=0) + draws.standard_normal((1000, 128)) * 0.03
    faces = FaceSet.of((f"{i:04}", str(i), vector) for i, vector in enumerate(vectors))
    assert {len(one) for one in as_sets(groups(faces))} == {25}
    assert groups_around(faces, ["0000"]) == {f"{i:04}": "0000" for i in range(25)}
