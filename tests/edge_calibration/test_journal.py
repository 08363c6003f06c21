from __future__ import annotations

from pathlib import Path

import pytest

from edge_calibration.search.journal import Journal
from edge_runtime.spec import Record


class Point(Record, frozen=True, kw_only=True):
    x: int
    y: float = 0.5


def never() -> Point:
    raise AssertionError("this was known")


def test_what_is_known_is_not_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    journal = Journal(path)
    assert journal.remembered("a", Point, lambda: Point(x=1)) == Point(x=1)
    assert journal.remembered("a", Point, never) == Point(x=1)
    again = Journal(path)
    assert again.remembered("a", Point, never) == Point(x=1)
    assert len(again) == 1


def test_a_number_comes_back_as_it_was(tmp_path: Path) -> None:
    value = 0.1 + 0.2
    Journal(tmp_path / "j").remembered("a", float, lambda: value)
    assert Journal(tmp_path / "j").remembered("a", float, lambda: 0.0) == value


@pytest.mark.parametrize("cut", range(1, 25))
def test_half_a_line_is_not_read_and_does_not_spoil_the_next(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "j"
    journal = Journal(path)
    journal.remembered("a", Point, lambda: Point(x=1))
    journal.remembered("b", Point, lambda: Point(x=2))
    path.write_bytes(path.read_bytes()[:-cut])
    second = Journal(path)
    assert second.remembered("a", Point, never) == Point(x=1)
    assert second.remembered("b", Point, lambda: Point(x=3)) == Point(x=3)
    third = Journal(path)
    assert third.remembered("a", Point, never) == Point(x=1)
    assert third.remembered("b", Point, never) == Point(x=3)


def test_what_fails_is_not_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    with pytest.raises(AssertionError):
        journal.remembered("a", Point, never)
    assert len(Journal(tmp_path / "j")) == 0
