from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge_server.engine.resident import Place, Resident, Shelf


@pytest.fixture
def resident(fake: Any) -> Callable[..., Resident]:
    def made(model_id: str, place: Place, size: int = 10) -> Resident:
        model = fake(model_id)
        model.memory_bytes = size
        servable = model.servable()
        return Resident(
            servable=servable, runner=servable.load(place.device), sha256="", place=place
        )

    return made


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def stand(shelf: Shelf, *residents: Resident) -> None:
    for one in residents:
        shelf.alive(one)
        shelf.put(one)


def test_a_model_is_found_at_its_place(shelf: Shelf, resident: Any) -> None:
    here, there = Place("cpu"), Place("cpu")
    one, two = resident("a", here), resident("a", there)
    stand(shelf, one, two)
    assert shelf.at("a", here) is one
    assert shelf.at("b", here) is None
    assert shelf.of("a") == [one, two]


def test_those_not_used_for_longest_go_first(shelf: Shelf, resident: Any) -> None:
    place = Place("cpu")
    a, b, c = (resident(name, place) for name in "abc")
    stand(shelf, a, b, c)
    for one in (a, b, c, a):
        shelf.lend(one).leased = False
    assert shelf.excess("cpu", 0, 30) == []
    assert shelf.excess("cpu", 5, 30) == [b]
    assert shelf.every() == [a, c]


def test_what_is_in_use_stays(shelf: Shelf, resident: Any) -> None:
    a, b = resident("a", Place("cpu")), resident("b", Place("cpu"))
    stand(shelf, a, b)
    shelf.lend(a)
    assert shelf.excess("cpu", 0, 5) == [b]
    assert shelf.every() == [a]


def test_each_device_has_its_own_budget(shelf: Shelf, resident: Any) -> None:
    a, b = resident("a", Place("cpu"), 50), resident("b", Place("cuda:0"), 60)
    stand(shelf, a, b)
    assert shelf.excess("cpu", 0, 55) == []
    assert shelf.sizes() == {"cpu": 50, "cuda:0": 60}
    assert shelf.excess("cuda:0", 0, 55) == [b]


def test_what_is_retired_in_use_takes_memory_until_it_is_dead(
    shelf: Shelf, resident: Any
) -> None:
    a = resident("a", Place("cpu"))
    stand(shelf, a)
    shelf.lend(a)
    assert shelf.retire([a]) == []
    assert a.retired
    assert shelf.every() == []
    assert shelf.sizes() == {"cpu": 10}
    shelf.dead(a)
    assert shelf.sizes() == {}


def test_retiring_an_old_one_leaves_the_new_one(shelf: Shelf, resident: Any) -> None:
    place = Place("cpu")
    old, new = resident("a", place), resident("a", place)
    stand(shelf, old, new)
    shelf.retire([old])
    assert shelf.at("a", place) is new
