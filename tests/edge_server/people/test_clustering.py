"""The same groups whatever the order, two faces of one photo never in one."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_server.people.clustering import groups, groups_around
from edge_server.people.faces import FaceSet
from edge_server.people.linkage import grown
from edge_server.people.rules import Apart, Rule, Together, bonds, faces_of, without
from edge_server.people.spans import LIMIT_SPAN, spans

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
        [("a", "p", 0.0), ("b", "p", 0.25), ("c", "q", 0.125), ("d", "r", 0.125)],
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


NEAR = [face("a", "p", 0.0), face("b", "q", 0.125), face("c", "r", 0.25)]
FAR = [face("x", "s", 5.0), face("y", "t", 5.125), face("z", "p", 5.25)]


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
places = st.tuples(*[st.sampled_from([0.0, 0.25, 0.5, 0.6, 0.75, 2.0])] * 2)
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


def as_said(faces: FaceSet, rules: list[Rule]) -> dict[str, str]:
    """What the groups are, word by word: of all groups the two that are nearest, with
    fractions, until none is near enough."""
    known = bonds(faces.photos, faces.ids, rules)
    apart = spans(faces.grid, faces.grid)
    left = [[place] for place in range(len(faces.ids))]
    while True:
        near = [
            (Fraction(int(apart[np.ix_(one, other)].sum()), len(one) * len(other)), i, j)
            for i, one in enumerate(left)
            for j, other in enumerate(left[i + 1 :], start=i + 1)
            if not known.apart[known.person[one[0]], known.person[other[0]]]
        ]
        if not near or min(near)[0] > LIMIT_SPAN:
            break
        _, i, j = min(near)
        one, other = int(known.person[left[i][0]]), int(known.person[left[j][0]])
        if one != other:
            known.join(one, other)
        left[i] += left.pop(j)
    person = known.person.tolist()
    return {
        id_: faces.ids[person.index(who)] for id_, who in zip(faces.ids, person, strict=True)
    }


@often
@given(some_faces, some_rules)
def test_the_groups_are_what_is_said_of_them(faces: list[Face], rules: list[Rule]) -> None:
    whole = FaceSet.of(faces)
    assert groups(whole, rules) == as_said(whole, rules)


@often
@given(some_faces, some_rules, st.randoms(use_true_random=False))
def test_faces_that_come_one_by_one_in_any_order_end_in_the_same_groups(
    faces: list[Face], rules: list[Rule], random: object
) -> None:
    order = list(faces)
    random.shuffle(order)  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    for count, (id_, _, _) in enumerate(order, start=1):
        found[id_] = id_
        found |= groups_around(FaceSet.of(order[:count]), found, [id_], rules)
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
    group = before.pop(gone)
    touched = {id_ for id_, other in before.items() if other == group}
    touched |= {id_ for rule in rules if gone in faces_of(rule) for id_ in faces_of(rule)}
    left = FaceSet.of([one for one in faces if one[0] != gone])
    after = before | groups_around(left, before, touched, rules)
    assert after == groups(left, rules)


@often
@given(some_faces, some_rules, some_rules.filter(bool))
def test_a_rule_that_comes_or_is_taken_back_changes_only_what_it_touches(
    faces: list[Face], rules: list[Rule], more: list[Rule]
) -> None:
    whole = FaceSet.of(faces)
    all_ = [*rules, more[0]]
    without_it, with_it = groups(whole, rules), groups(whole, all_)
    spoken = faces_of(more[0])
    assert without_it | groups_around(whole, without_it, spoken, all_) == with_it
    assert with_it | groups_around(whole, with_it, spoken, rules) == without_it


def album(seed: int, count: int) -> list[Face]:
    """Faces as photos have them: a few people often and many once, some much alike, some
    faces poor, the same face twice, up to four people a photo.  At 0.6, nearly all hang
    together by chains of faces."""
    draws = np.random.default_rng(seed)
    scales = np.exp(-np.arange(128) / 18)
    scales /= np.sqrt(2 * (scales**2).sum())
    centres = 0.7 * scales * draws.standard_normal((count, 128))
    who = (count * draws.random(count) ** 3 / 2).astype(int)
    noise = 0.4 * scales * draws.uniform(0.6, 1.5, (count, 1))
    vectors = (centres[who] + noise * draws.standard_normal((count, 128))).astype(np.float32)
    again = draws.random(count) < 0.05
    vectors[again] = vectors[draws.integers(0, count, again.sum())]
    photos = np.repeat(np.arange(count), draws.choice([1, 1, 2, 4], count))[:count]
    names = draws.permutation(count)
    return [(f"{names[i]:03}", str(photos[i]), vectors[i]) for i in range(count)]


class Changing:
    """Faces and rules while they come and go, and the groups by what changes alone."""

    def __init__(self, seed: int) -> None:
        self.draws = np.random.default_rng(seed)
        self.away = album(seed, 110)
        self.faces: list[Face] = []
        self.rules: list[Rule] = []
        self.found: dict[str, str] = {}

    def some(self, count: int) -> list[str]:
        ids = sorted(self.found)
        return [str(one) for one in self.draws.choice(ids, min(count, len(ids)), replace=False)]

    def change(self) -> set[str]:
        """Anything that can happen: the faces that it touches."""
        what = self.draws.choice(
            ["add", "go", "merge", "split", "undo"], p=[0.3, 0.3, 0.15, 0.15, 0.1]
        )
        if what == "undo" and self.rules:
            return set(faces_of(self.rules.pop(int(self.draws.integers(len(self.rules))))))
        if what == "merge":
            together = {self.found[id_] for id_ in self.some(int(self.draws.integers(2, 4)))}
            return self.say(Together(faces=tuple(sorted(self.members(together)))))
        if what == "split":
            members = sorted(self.members({self.found[id_] for id_ in self.some(1)}))
            at = int(self.draws.integers(1, 3))
            return self.say(Apart(faces=tuple(members[:at]), others=tuple(members[at:])))
        return self.go() if what == "go" else self.add()

    def members(self, wanted: set[str]) -> set[str]:
        return {id_ for id_, group in self.found.items() if group in wanted}

    def say(self, rule: Rule) -> set[str]:
        self.rules.append(rule)
        return set(faces_of(rule))

    def add(self) -> set[str]:
        photo = self.away[0][1] if self.away else ""
        came = [one for one in self.away if one[1] == photo]
        self.away = [one for one in self.away if one[1] != photo]
        self.faces += came
        self.found |= {one[0]: one[0] for one in came}
        return {one[0] for one in came}

    def go(self) -> set[str]:
        """A photo or two with all their faces, and what was said of these."""
        photos = {one[1] for one in self.faces if one[0] in self.some(2)}
        went = [one for one in self.faces if one[1] in photos]
        gone = frozenset(one[0] for one in went)
        self.faces = [one for one in self.faces if one[1] not in photos]
        self.away += went
        touched = {
            id_
            for rule in self.rules
            for id_ in faces_of(rule)
            if not gone.isdisjoint(faces_of(rule))
        }
        touched |= self.members({self.found.pop(id_) for id_ in gone})
        self.rules = [left for rule in self.rules if (left := without(rule, gone))]
        return touched - gone


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_in_turn_the_groups_are_those_of_all_faces_at_once(seed: int) -> None:
    """Added, deleted, merged, split and undone: only what is touched is grouped again, and
    the groups are those of everything anew, called the same."""
    changing = Changing(seed)
    for _ in range(20):
        changing.add()
    changing.found = groups(FaceSet.of(changing.faces))
    regrouped = 0
    for _ in range(25):
        touched = changing.change()
        faces = FaceSet.of(changing.faces)
        now = groups_around(faces, changing.found, touched, changing.rules)
        regrouped += len(now)
        changing.found |= now
        assert changing.found == groups(faces, changing.rules)
        assert changing.found == at_once(faces, changing.rules)
    assert regrouped < 25 * len(changing.faces) * 0.8


def at_once(faces: FaceSet, rules: list[Rule]) -> dict[str, str]:
    """All faces in one block."""
    person = grown(faces, rules).person.tolist()
    return {id_: faces.ids[first] for id_, first in zip(faces.ids, person, strict=True)}


@pytest.mark.parametrize("seed", range(6))
def test_of_an_album_the_groups_are_what_is_said_of_them(seed: int) -> None:
    whole = FaceSet.of(album(seed, 60))
    found = groups(whole)
    assert found == at_once(whole, []) == as_said(whole, [])
    assert 5 < len(set(found.values())) < 50


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
    apart = spans(whole.grid, whole.grid)
    for members in as_sets(found):
        at = [whole.places[id_] for id_ in members]
        assert found[whole.ids[at[0]]] == min(members)
        if len(at) > 1:
            assert apart[np.ix_(at, at)].sum() <= LIMIT_SPAN * len(at) * (len(at) - 1)


def test_thousands_of_faces_take_no_minute() -> None:
    draws = np.random.default_rng(0)
    centres = draws.standard_normal((100, 128))
    vectors = centres.repeat(25, axis=0) + draws.standard_normal((2500, 128)) * 0.03
    faces = FaceSet.of((f"{i:04}", str(i), vector) for i, vector in enumerate(vectors))
    found = groups(faces)
    assert {len(one) for one in as_sets(found)} == {25}
    assert groups_around(faces, found, ["0000"]) == {f"{i:04}": "0000" for i in range(25)}
