"""Blocks of faces: which wait, and which were compared with which."""

from __future__ import annotations

import numpy as np

from edge_server.people.blocks import Blocks
from edge_server.people.faces import FaceSet
from edge_server.people.rules import Apart, Together


def faces() -> FaceSet:
    return FaceSet.of((id_, id_, np.zeros(128)) for id_ in "abcdef")


def blocks(labels: list[int], *rules: Together | Apart) -> Blocks:
    return Blocks(faces(), np.array(labels), list(rules))


def shape(found: Blocks) -> set[tuple[int, ...]]:
    found.wait_all()
    return {tuple(block.places.tolist()) for block in found.waiting()}


def test_labels_make_blocks_and_rules_bind_them() -> None:
    assert shape(blocks([7, 8, 7, 9, 9, 9])) == {(0, 2), (1,), (3, 4, 5)}
    bound = blocks([7, 8, 7, 9, 9, 9], Together(faces=("b", "c")))
    assert shape(bound) == {(0, 1, 2), (3, 4, 5)}
    chain = blocks([1, 2, 3, 4, 5, 6], Together(faces=("a", "c", "gone", "f")))
    assert shape(chain) == {(0, 2, 5), (1,), (3,), (4,)}
    assert shape(blocks([1, 2, 3, 3, 3, 3], Apart(faces=("a",), others=("b",)))) == {
        (0,),
        (1,),
        (2, 3, 4, 5),
    }


def test_the_largest_is_the_first() -> None:
    found = blocks([7, 8, 7, 9, 9, 9])
    found.wait_all()
    assert [len(block.places) for block in found.waiting()] == [3, 2, 1]
    assert found.waiting() == []
    found.wait(["b", "gone"])
    assert [block.places.tolist() for block in found.waiting()] == [[1]]


def test_two_are_compared_once() -> None:
    found = blocks([1, 1, 1, 2, 2, 3])
    found.wait_all()
    first, second, third = found.waiting()
    assert found.unlike([first]).tolist() == [0, 1, 2, 3, 4, 5]
    found.compared(first, found.count())
    assert found.unlike([second]).tolist() == [3, 4, 5]
    found.join([second, third])
    (joined,) = found.waiting()
    assert joined.places.tolist() == [3, 4, 5]
    assert not found.is_here(second)
    assert found.unlike([joined]).tolist() == [0, 1, 2, 3, 4, 5]
    assert found.others(joined, np.array([0, 5])) == [first]
    found.compared(joined, found.count())
    assert found.done() == [first, joined]


def test_one_that_was_joined_is_done_no_more() -> None:
    found = blocks([1, 1, 1, 2, 2, 3])
    found.wait_all()
    first, second, _ = found.waiting()
    found.compared(first, found.count())
    found.join([first, second])
    assert found.done() == []
