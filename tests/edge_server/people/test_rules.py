"""What a user has said of faces, and what is left of it."""

from __future__ import annotations

import pytest

from edge_server.people.rules import Apart, Rule, Together, bonds, faces_of, linked, without


def test_two_of_one_photo_are_apart_from_the_beginning() -> None:
    found = bonds(["p", "q", "p"], ["a", "b", "c"], [])
    assert found.person.tolist() == [0, 1, 2]
    assert found.apart.tolist() == [[False, False, True], [False] * 3, [True, False, False]]


def test_who_is_joined_is_apart_from_whom_either_was() -> None:
    found = bonds(["p", "q", "p", "r"], ["a", "b", "c", "d"], [])
    assert found.join(1, 0)
    assert found.person.tolist() == [0, 0, 2, 3]
    assert not found.join(0, 2)
    assert found.person.tolist() == [0, 0, 2, 3]


@pytest.mark.parametrize(
    ("rules", "people"),
    [
        ([Together(faces=("a", "b"))], [0, 0, 2, 3]),
        ([Together(faces=("a", "b", "c"))], [0, 0, 2, 3]),  # c is of a's photo
        ([Together(faces=("c", "b")), Together(faces=("a", "b"))], [0, 0, 2, 3]),
        ([Together(faces=("a", "b")), Together(faces=("c", "b"))], [0, 1, 1, 3]),
        ([Together(faces=("d", "c")), Together(faces=("d", "b"))], [0, 1, 1, 1]),
        ([Together(faces=("a", "d")), Apart(faces=("a",), others=("d",))], [0, 1, 2, 3]),
        ([Apart(faces=("a",), others=("d",)), Together(faces=("a", "d"))], [0, 1, 2, 0]),
    ],
)
def test_a_newer_rule_goes_before_an_older_one(rules: list[Rule], people: list[int]) -> None:
    assert bonds(["p", "q", "p", "r"], ["a", "b", "c", "d"], rules).person.tolist() == people


def test_faces_of_a_rule_are_beside_each_other() -> None:
    rules: list[Rule] = [Together(faces=("a", "b", "c")), Apart(faces=("d",), others=("e",))]
    assert linked(rules, "abcde") == {"a": {"b"}, "b": {"a", "c"}, "c": {"b"}}
    assert linked(rules, "acde") == {"a": {"c"}, "c": {"a"}}
    assert faces_of(rules[0]) == ("a", "b", "c")
    assert faces_of(rules[1]) == ("d", "e")


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (Together(faces=("a", "b", "c")), Together(faces=("b", "c"))),
        (Together(faces=("a", "b")), None),
        (Together(faces=("b", "c")), Together(faces=("b", "c"))),
        (Apart(faces=("a", "b"), others=("c",)), Apart(faces=("b",), others=("c",))),
        (Apart(faces=("b",), others=("a",)), None),
        (Apart(faces=("a",), others=("b",)), None),
    ],
)
def test_a_face_that_is_gone_is_spoken_of_no_more(rule: Rule, left: Rule | None) -> None:
    assert without(rule, frozenset("a")) == left
