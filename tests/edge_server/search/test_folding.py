"""Graphs are made beside the searches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.problems import StorageBusy
from edge_server.search.folding import Folding, fold
from edge_server.search.indexes import Indexes
from edge_server.search.indexing import Indexer
from edge_server.search.nearest import Graph
from edge_server.store.unasked import somebody_asked

Noise = Callable[[int], NDArray[np.uint8]]
Keep = Callable[..., str]


@pytest.fixture
def graphs(indexes: Indexes, indexer: Indexer, keep: Keep, noise: Noise) -> Indexes:
    """Six photos of anna, to be put into a graph."""
    for number in range(6):
        keep(noise(number))
    indexer.catch_up()
    return replace(indexes, graph_from=3)


def known(indexes: Indexes) -> int:
    with indexes.index("anna") as index:
        return len(index)


def in_graph(indexes: Indexes) -> int:
    with indexes.index("anna") as index:
        return len(index.nearest.keys()) - len(index.nearest.beside.keys())


def test_a_thread_of_its_own_does_what_is_due_and_ends(graphs: Indexes) -> None:
    folding = Folding(graphs)
    folding.wake()
    assert folding._thread is None  # nobody has looked yet
    assert (known(graphs), in_graph(graphs)) == (6, 0)
    folding.wake()
    folding.settle(20)
    assert (in_graph(graphs), folding._thread) == (6, None)


def test_searches_go_on_while_a_graph_is_made(
    graphs: Indexes, indexer: Indexer, keep: Keep, noise: Noise, monkeypatch: Any
) -> None:
    begun, go_on, add = Event(), Event(), Graph.add

    def slow(*given: Any) -> None:
        begun.set()
        assert go_on.wait(20)
        add(*given)

    monkeypatch.setattr(Graph, "add", slow)
    known(graphs)
    folding = Folding(graphs)
    folding.wake()
    assert begun.wait(20)
    keep(noise(9))
    indexer.catch_up()
    assert (known(graphs), in_graph(graphs)) == (7, 0)
    go_on.set()
    folding.settle(20)
    assert (known(graphs), in_graph(graphs)) == (7, 6)


def test_what_is_stopped_is_left(graphs: Indexes) -> None:
    known(graphs)
    assert not fold(graphs, "anna", lambda: True)
    assert in_graph(graphs) == 0
    folding = Folding(graphs)
    folding.stop()
    folding.wake()
    assert folding._thread is None
    assert graphs.due == {"anna"}


def test_a_store_that_is_busy_leaves_it_for_the_next_time_unasked(
    graphs: Indexes, monkeypatch: Any
) -> None:
    known(graphs)
    folding, asked = Folding(graphs), []

    def busy(*_given: object) -> None:
        asked.append(somebody_asked())
        raise StorageBusy("busy")

    with monkeypatch.context() as patched:
        patched.setattr(type(graphs.rows), "mark", busy)
        folding.wake()
        folding.settle(20)
    assert (folding._thread, graphs.due, asked) == (None, {"anna"}, [False])
    folding.wake()
    folding.settle(20)
    assert in_graph(graphs) == 6
