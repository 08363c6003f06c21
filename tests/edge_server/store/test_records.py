from __future__ import annotations

import msgspec
import pytest

from edge_server.store.records import Question, Search


def test_a_question_is_the_same_in_whatever_order() -> None:
    one = Question(analysis="a", parameters={"x": 1, "y": {"p": [1, 2], "q": None}})
    other = Question(analysis="a", parameters={"y": {"q": None, "p": [1, 2]}, "x": 1})
    assert one.digest == other.digest
    assert len(one.digest) == 64


@pytest.mark.parametrize(
    "other",
    [
        Question(analysis="b", parameters={"x": 1}),
        Question(analysis="a", parameters={"x": 2}),
        Question(analysis="a", parameters={"x": "1"}),
        Question(analysis="a", parameters={"x": True}),
        Question(analysis="a"),
    ],
)
def test_another_question_is_another(other: Question) -> None:
    assert other.digest != Question(analysis="a", parameters={"x": 1}).digest


def test_versions_are_no_part_of_the_question() -> None:
    one = Question(analysis="a", versions={"m": "1"})
    assert one.digest == Question(analysis="a", versions={"m": "2"}).digest


@pytest.mark.parametrize(
    "fields",
    [
        {"words": "a\0b"},
        {"words": "x" * 201},
        {"taken_from": "yesterday"},
        {"taken_from": "2024-99"},
        {"taken_to": "2024-5"},
        {"taken_to": "2024-05-01T25:00"},
        {"sha256": "A" * 64},
        {"md5": "ab"},
        {"limit": 0},
        {"limit": 201},
        {"least_side": -1},
        {"after": "a b"},
    ],
)
def test_what_cannot_be_looked_for(fields: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, Search)


@pytest.mark.parametrize("time", ["", "2024", "2024-05", "2024-05-31", "2024-05-31T23:59:59"])
def test_a_time_is_as_exact_as_it_is_known(time: str) -> None:
    assert msgspec.convert({"taken_to": time}, Search).taken_to == time
