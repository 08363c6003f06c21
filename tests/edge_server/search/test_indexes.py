from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.search.indexes import Indexes
from edge_server.search.indexing import Indexer
from edge_server.search.nearest import Graph, Plain
from edge_server.store.store import Store

Noise = Callable[[int], NDArray[np.uint8]]
Keep = Callable[..., str]


def found(indexes: Indexes, owner: str = "anna") -> set[str]:
    with indexes.index(owner) as index:
        return {index.photo_id(row) for row in index.ids.tolist()}


@pytest.fixture
def graphs(indexes: Indexes) -> Indexes:
    """Indexes that are graphs from the third photo on."""
    return replace(indexes, graph_from=3)


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


def test_a_large_index_is_a_graph_that_is_kept_in_a_file(
    graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise
) -> None:
    ids = {keep(noise(number)) for number in range(5)}
    indexer.catch_up()
    assert found(graphs) == ids
    (file,) = graphs.folder.iterdir()
    assert file.suffix == ".usearch"
    again = Indexes(graphs.rows, graphs.folder, graph_from=3)
    assert found(again) == ids
    with again.index("anna") as index:
        assert isinstance(index.nearest, Graph)
        assert sorted(index.nearest.keys().tolist()) == sorted(index.ids.tolist())


def test_a_small_index_that_grows_becomes_a_graph(
    graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise
) -> None:
    first = {keep(noise(number)) for number in range(2)}
    indexer.catch_up()
    assert found(graphs) == first
    with graphs.index("anna") as index:
        assert isinstance(index.nearest, Plain)
    more = {keep(noise(number)) for number in range(2, 5)}
    indexer.catch_up()
    assert found(graphs) == first | more
    with graphs.index("anna") as index:
        assert isinstance(index.nearest, Graph)


@pytest.mark.parametrize("damage", ["lost", "cut", "text", "old"])
def test_a_file_that_is_lost_damaged_or_old_is_mended_from_the_database(
    damage: str, graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise, store: Store
) -> None:
    ids = [keep(noise(number)) for number in range(6)]
    indexer.catch_up()
    found(graphs)
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
    with again.index("anna") as index:
        assert sorted(index.nearest.keys().tolist()) == sorted(index.ids.tolist())
    assert file.is_file()


def test_a_folder_that_cannot_be_written_costs_no_answer(
    indexer: Indexer, indexes: Indexes, keep: Keep, noise: Noise, tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    elsewhere = Indexes(indexes.rows, tmp_path / "a file" / "folder", graph_from=1)
    ids = {keep(noise(number)) for number in range(3)}
    indexer.catch_up()
    assert found(elsewhere) == ids


def test_what_is_forgotten_is_loaded_again(
    graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise
) -> None:
    ids = {keep(noise(number)) for number in range(4)}
    indexer.catch_up()
    found(graphs)
    graphs.forget()
    assert list(graphs.folder.iterdir()) == []
    assert found(graphs) == ids
