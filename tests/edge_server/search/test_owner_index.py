from __future__ import annotations

import numpy as np
import pytest

from edge_server.search.nearest import Plain
from edge_server.search.owner_index import OwnerIndex
from edge_server.search.rows import Vectors


def rows(*ids: int) -> Vectors:
    vectors = np.zeros((len(ids), 256), np.float32)
    vectors[range(len(ids)), list(ids)] = 1
    return Vectors(
        ids=np.array(ids, np.int64),
        photo_ids=[f"photo {number}" for number in ids],
        hashes=np.array([2**number - 1 for number in ids], np.uint64),
        vectors=vectors,
    )


@pytest.fixture
def index() -> OwnerIndex:
    made = OwnerIndex(Plain())
    made.add(rows(1, 5, 9))
    made.add(rows(40))
    return made


def asked(number: int) -> np.typing.NDArray[np.float32]:
    return rows(number).vectors[0]


def test_rows_are_found_by_their_vectors_and_by_their_hashes(index: OwnerIndex) -> None:
    assert len(index) == 4
    assert index.by_vector(asked(5), 1) == [(5, 1.0)]
    assert index.photo_id(5) == "photo 5"
    assert index.by_hash([0]) == [1, 5, 9]
    assert index.by_hash([2**64 - 1, 2**40 - 1]) == [40]


def test_rows_that_are_gone_are_found_by_neither(index: OwnerIndex) -> None:
    index.keep_only(np.array([1, 40, 77]))
    assert index.ids.tolist() == [1, 40]
    assert index.by_hash([31]) == [1]
    assert {row for row, _ in index.by_vector(asked(5), 9)} == {1, 40}
    with pytest.raises(KeyError):
        index.photo_id(5)


def test_an_empty_index_finds_nothing() -> None:
    empty = OwnerIndex(Plain())
    assert (empty.by_hash([1]), empty.by_vector(asked(1), 3)) == ([], [])
