from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.search.folding import fold
from edge_server.search.indexes import Indexes
from edge_server.search.indexing import Indexer
from edge_server.search.rows import Mark, Vectors
from edge_server.store.store import Store

Noise = Callable[[int], NDArray[np.uint8]]
Keep = Callable[..., str]


def found(indexes: Indexes, owner: str = "anna") -> set[str]:
    with indexes.index(owner) as index:
        return {index.photo_id(row) for row in index.ids.tolist()}


@pytest.fixture
def graphs(indexes: Indexes) -> Indexes:
    """Indexes that are put into a graph from the third photo on."""
    return replace(indexes, graph_from=3)


def beside(indexes: Indexes) -> list[int]:
    """The rows that are not in anna's graph."""
    with indexes.index("anna") as index:
        assert sorted(index.nearest.keys().tolist()) == sorted(index.ids.tolist())
        return sorted(index.nearest.beside.keys().tolist())


def test_an_index_follows_the_database(
    indexes: Indexes, indexer: Indexer, keep: Keep, noise: Noise, store: Store
) -> None:
    assert found(indexes) == set()
    ids = [keep(noise(number)) for number in range(4)]
    assert found(indexes) == set()
    indexer.catch_up()
    assert found(indexes) == set(ids)
    store.delete("anna", ids[1])
    assert found(indexes) == {ids[0], ids[2], ids[3]}
    store.delete("anna", ids[3])
    ids.append(keep(noise(9)))
    indexer.catch_up()
    assert found(indexes) == {ids[0], ids[2], ids[4]}


def test_owners_are_apart(indexes: Indexes, indexer: Indexer, keep: Keep, noise: Noise) -> None:
    of_anna, of_ben = keep(noise(1), "anna"), keep(noise(1), "ben")
    indexer.catch_up()
    assert (found(indexes, "anna"), found(indexes, "ben")) == ({of_anna}, {of_ben})
    assert found(indexes, "carl") == set()


def test_nothing_is_loaded_where_nothing_changed(
    indexes: Indexes, indexer: Indexer, keep: Keep, noise: Noise, monkeypatch: Any
) -> None:
    keep(noise(1))
    indexer.catch_up()
    found(indexes)
    monkeypatch.setattr(type(indexes.rows), "vectors", None)
    monkeypatch.setattr(type(indexes.rows), "ids", None)
    assert len(found(indexes)) == 1


def test_only_what_came_is_asked_for_where_nothing_went(
    indexes: Indexes, indexer: Indexer, keep: Keep, noise: Noise, store: Store, monkeypatch: Any
) -> None:
    ids = [keep(noise(number)) for number in range(3)]
    indexer.catch_up()
    found(indexes)
    asked: list[int] = []
    whole = type(indexes.rows).ids

    def counted(rows: Any, owner: str, after: int = 0) -> Any:
        told = whole(rows, owner, after)
        asked.append(len(told))
        return told

    monkeypatch.setattr(type(indexes.rows), "ids", counted)
    ids.append(keep(noise(9)))
    indexer.catch_up()
    assert found(indexes) == set(ids)
    assert asked == [1]
    store.delete("anna", ids.pop(0))
    ids.append(keep(noise(10)))
    indexer.catch_up()
    assert found(indexes) == set(ids)
    assert asked == [1, 1, 4]


def test_a_large_index_is_due_and_found_without_a_graph_until_it_has_one(
    graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise
) -> None:
    first = {keep(noise(number)) for number in range(2)}
    indexer.catch_up()
    assert (found(graphs), graphs.due) == (first, set())
    more = {keep(noise(number)) for number in range(2, 5)}
    indexer.catch_up()
    assert (found(graphs), graphs.due) == (first | more, {"anna"})
    assert len(beside(graphs)) == 5
    assert not graphs.folder.exists()
    assert fold(graphs, "anna")
    assert (found(graphs), graphs.due, beside(graphs)) == (first | more, set(), [])
    (file,) = graphs.folder.iterdir()
    assert file.suffix == ".usearch"
    again = Indexes(graphs.rows, graphs.folder, graph_from=3)
    assert (found(again), beside(again), again.due) == (first | more, [], set())


def test_a_photo_that_comes_writes_no_file_anew(
    graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise
) -> None:
    ids = {keep(noise(number)) for number in range(4)}
    indexer.catch_up()
    found(graphs)
    fold(graphs, "anna")
    (file,) = graphs.folder.iterdir()
    before = file.stat()
    ids.add(keep(noise(9)))
    indexer.catch_up()
    assert found(graphs) == ids
    assert len(beside(graphs)) == 1
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("damage", ["lost", "cut", "text", "old"])
def test_a_file_that_is_lost_damaged_or_old_is_mended_from_the_database(
    damage: str, graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise, store: Store
) -> None:
    ids = [keep(noise(number)) for number in range(6)]
    indexer.catch_up()
    found(graphs)
    fold(graphs, "anna")
    (file,) = graphs.folder.iterdir()
    if damage == "old":
        store.delete("anna", ids.pop())
        ids.append(keep(noise(77)))
        indexer.catch_up()
    else:
        whole = file.read_bytes()
        {
            "lost": file.unlink,
            "cut": lambda: file.write_bytes(whole[: len(whole) // 2]),
            "text": lambda: file.write_text("no graph"),
        }[damage]()
    again = Indexes(graphs.rows, graphs.folder, graph_from=3)
    assert found(again) == set(ids)
    assert len(beside(again)) == (1 if damage == "old" else 6)
    assert again.due == (set() if damage == "old" else {"anna"})
    assert fold(again, "anna")
    assert (found(again), beside(again)) == (set(ids), [])
    assert file.is_file()


def test_a_folder_that_cannot_be_written_costs_no_answer(
    indexer: Indexer, indexes: Indexes, keep: Keep, noise: Noise, tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    elsewhere = Indexes(indexes.rows, tmp_path / "a file" / "folder", graph_from=1)
    ids = {keep(noise(number)) for number in range(3)}
    indexer.catch_up()
    assert found(elsewhere) == ids
    assert fold(elsewhere, "anna")
    assert found(elsewhere) == ids


def test_what_is_forgotten_is_loaded_again(
    graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise
) -> None:
    ids = {keep(noise(number)) for number in range(4)}
    indexer.catch_up()
    found(graphs)
    fold(graphs, "anna")
    graphs.forget()
    assert list(graphs.folder.iterdir()) == []
    assert found(graphs) == ids


class Changing:
    """Rows that change between two questions about them: one was added after the first
    ``mark``, another was added before the second and has gone since."""

    version = "1"

    def __init__(self) -> None:
        self.marks = [Mark(3, 3), Mark(5, 5)]

    def mark(self, _owner: str) -> Mark:
        return self.marks.pop(0)

    def ids(self, _owner: str, after: int = 0) -> np.ndarray:
        return np.arange(after + 1, 5)

    def vectors(self, ids: np.ndarray) -> Iterator[Vectors]:
        yield Vectors(
            ids=ids,
            photo_ids=[f"photo {one}" for one in ids],
            hashes=ids.astype(np.uint64),
            vectors=np.eye(256, dtype=np.float32)[ids],
        )


def test_what_changes_while_it_is_looked_at_is_in_the_index_once(tmp_path: Path) -> None:
    indexes = Indexes(Changing(), tmp_path)  # type: ignore[arg-type]
    for _ in range(2):
        with indexes.index("me") as index:
            assert sorted(index.ids.tolist()) == [1, 2, 3, 4]
