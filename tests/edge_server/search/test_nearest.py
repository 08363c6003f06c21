from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.search.embedding import SIZE
from edge_server.search.nearest import Graph, Nearest, Plain


class Both(Nearest):
    """Each second vector is in the graph at once."""

    def add(self, keys: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        super().add(keys, vectors)
        graph = self.graph()
        graph.add(keys[::2], vectors[::2])
        self.take(graph)


@pytest.fixture(params=[Plain, Graph, Nearest, Both])
def nearest(request: pytest.FixtureRequest) -> Plain | Graph | Nearest:
    made: Plain | Graph | Nearest = request.param()
    return made


def unit(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, SIZE))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_nearest_come_first_with_their_products(nearest: Plain | Graph | Nearest) -> None:
    vectors = unit(300)
    nearest.add(np.arange(300) * 7, vectors)
    asked = vectors[41] + np.float32(0.2) * vectors[8]
    products = vectors @ asked
    best = nearest.best(asked, 5)
    assert [key for key, _ in best] == (np.argsort(-products)[:5] * 7).tolist()
    assert [product for _, product in best] == pytest.approx(
        np.sort(products)[::-1][:5], abs=3e-3
    )


def test_what_is_removed_is_not_found(nearest: Plain | Graph | Nearest) -> None:
    vectors = unit(50)
    nearest.add(np.arange(50), vectors)
    nearest.remove(np.array([3, 4, 999]))
    assert sorted(nearest.keys().tolist()) == [n for n in range(50) if n not in {3, 4}]
    assert {3, 4}.isdisjoint(key for key, _ in nearest.best(vectors[3], 50))
    nearest.add(np.array([3]), vectors[3:4])
    assert nearest.best(vectors[3], 1)[0][0] == 3


def test_of_nothing_nothing_is_near(nearest: Plain | Graph | Nearest) -> None:
    assert nearest.best(unit(1)[0], 5) == []
    nearest.remove(np.array([1]))
    assert len(nearest.keys()) == 0


def test_a_graph_is_the_same_from_its_file(tmp_path: Path) -> None:
    graph, vectors = Graph(), unit(200)
    graph.add(np.arange(200), vectors)
    graph.save(tmp_path / "graph")
    again = Graph.load(tmp_path / "graph")
    assert again.best(vectors[7], 9) == graph.best(vectors[7], 9)
    again.add(np.array([500]), unit(1, seed=3))
    assert again.best(unit(1, seed=3)[0], 1)[0][0] == 500


@pytest.mark.parametrize("damage", ["empty", "cut", "text"])
def test_a_damaged_file_is_no_graph(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "graph"
    graph = Graph()
    graph.add(np.arange(100), unit(100))
    graph.save(path)
    whole = path.read_bytes()
    path.write_bytes({"empty": b"", "cut": whole[:999], "text": b"not a graph" * 99}[damage])
    with pytest.raises(ValueError, match="not a graph"):
        Graph.load(path)


def test_a_graph_finds_nearly_all_that_comparing_with_all_finds() -> None:
    vectors, plain, graph = unit(3000), Plain(), Graph()
    for one in (plain, graph):
        one.add(np.arange(3000), vectors)
    found = total = 0
    for asked in unit(40, seed=9):
        expected = {key for key, _ in plain.best(asked, 10)}
        found += len(expected & {key for key, _ in graph.best(asked, 10)})
        total += 10
    assert found / total > 0.95


def test_what_is_removed_while_a_graph_is_made_is_in_none() -> None:
    vectors, nearest = unit(20), Nearest()
    nearest.add(np.arange(20), vectors)
    graph = nearest.graph()
    graph.add(np.arange(10), vectors[:10])
    nearest.remove(np.array([3, 15]))
    nearest.add(np.array([30]), unit(1, seed=5))
    nearest.take(graph)
    assert sorted(nearest.keys().tolist()) == sorted({*range(20), 30} - {3, 15})
    assert sorted(nearest.beside.keys().tolist()) == [*range(10, 15), *range(16, 20), 30]
    assert nearest.best(vectors[3], 1)[0][0] != 3
    assert nearest.best(vectors[7], 1)[0][0] == 7


def test_a_copy_is_added_to_by_itself() -> None:
    graph, vectors = Graph(), unit(10)
    graph.add(np.arange(9), vectors[:9])
    other = graph.copy()
    other.add(np.array([9]), vectors[9:])
    assert (len(graph.keys()), len(other.keys())) == (9, 10)
    assert other.best(vectors[9], 1)[0][0] == 9


def test_of_equal_products_the_first_comes_first() -> None:
    plain = Plain()
    plain.add(np.array([5, 3, 8, 1]), np.repeat(unit(1), 4, axis=0))
    assert [key for key, _ in plain.best(unit(1)[0], 9)] == [5, 3, 8, 1]
