from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from edge_server.engine.counting import Tally
from edge_server.engine.residency import Residency
from edge_server.engine.resident import Place
from edge_server.problems import Loading, Memory, WeightsMissing

HERE = Place("cpu")


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def house(fake: Any, tally: Tally) -> Callable[..., tuple[Residency, dict[str, Any]]]:
    """Models of 100 bytes each, and their residency."""

    def made(*ids: str, budget: int = 250, **fields: Any) -> tuple[Residency, dict[str, Any]]:
        models = {model_id: fake(model_id) for model_id in ids}
        servables = [model.servable() for model in models.values()]
        return Residency(servables, tally, budget=budget, **fields), models

    return made


def use(residency: Residency, model_id: str, place: Place = HERE) -> None:
    residency.release(residency.lease(model_id, place))


def test_a_model_is_loaded_at_its_first_use_and_kept(house: Any, tally: Tally) -> None:
    residency, models = house("a")
    assert residency.places("a") == []
    use(residency, "a")
    use(residency, "a")
    assert models["a"].loads == 1
    assert residency.places("a") == [HERE]
    assert residency.memory_bytes() == {"cpu": 100}
    assert tally.total("loads", model="a") == 1


def test_two_who_want_it_load_once(house: Any) -> None:
    residency, models = house("a")
    models["a"].load_gate.clear()
    users = [Thread(target=use, args=(residency, "a")) for _ in range(2)]
    for user in users:
        user.start()
    models["a"].wait_load()
    assert residency.loading("a")
    models["a"].load_gate.set()
    for user in users:
        user.join(10)
    assert models["a"].loads == 1
    assert not residency.loading("a")


def test_who_waits_for_anothers_load_waits_not_for_ever(house: Any) -> None:
    residency, models = house("a", load_seconds=0.05)
    models["a"].load_gate.clear()
    first = Thread(target=use, args=(residency, "a"))
    first.start()
    models["a"].wait_load()
    with pytest.raises(Loading):
        residency.lease("a", HERE)
    models["a"].load_gate.set()
    first.join(10)


def test_the_least_recently_used_makes_room(house: Any, tally: Tally) -> None:
    residency, models = house("a", "b", "c")
    for model_id in ("a", "b", "a", "c"):
        use(residency, model_id)
    assert [models[one].alive for one in "abc"] == [1, 0, 1]
    assert tally.total("evictions", model="b") == 1


def test_what_is_known_to_be_large_has_room_before_it_is_loaded(house: Any) -> None:
    residency, models = house("a", "b", "c")
    use(residency, "c")
    residency.forget("c")
    use(residency, "a")
    use(residency, "b")
    models["c"].on_load = lambda _number: seen.append(residency.memory_bytes()["cpu"])
    seen: list[int] = []
    use(residency, "c")
    assert seen == [100]


def test_what_is_in_use_is_never_evicted(house: Any) -> None:
    residency, models = house("a", "b", budget=150)
    held = residency.lease("a", HERE)
    use(residency, "b")
    assert not held.retired
    assert models["a"].alive == 1
    residency.release(held)
    assert sum(model.alive for model in models.values()) == 1


def test_what_never_fits_is_refused_and_loaded_once_to_know(house: Any) -> None:
    residency, models = house("a", budget=99)
    for _ in range(2):
        with pytest.raises(Memory) as raised:
            residency.lease("a", HERE)
        assert (raised.value.limit, raised.value.actual) == (99, 100)
    assert (models["a"].loads, models["a"].alive) == (1, 0)
    assert residency.memory_bytes() == {}


def test_a_smaller_version_of_what_never_fitted_is_tried(house: Any, fake: Any) -> None:
    residency, _ = house("a", budget=99)
    with pytest.raises(Memory):
        residency.lease("a", HERE)
    smaller = fake("a")
    smaller.memory_bytes = 50
    residency.swap(smaller.servable(), [])
    use(residency, "a")
    assert smaller.alive == 1


def test_a_load_that_fails_leaves_nothing(house: Any) -> None:
    residency, models = house("a")

    def missing(number: int) -> None:
        if number == 1:
            raise WeightsMissing("pull them")

    models["a"].on_load = missing
    with pytest.raises(WeightsMissing):
        residency.lease("a", HERE)
    assert not residency.loading("a")
    use(residency, "a")
    assert models["a"].alive == 1


def test_a_runner_that_is_not_kept_is_loaded_anew(house: Any) -> None:
    residency, models = house("a")
    residency.release(residency.lease("a", HERE), keep=False)
    assert models["a"].alive == 0
    use(residency, "a")
    assert models["a"].loads == 2


def test_a_swap_lets_those_who_use_the_old_one_finish(house: Any, fake: Any) -> None:
    residency, models = house("a")
    held = residency.lease("a", HERE)
    newer = fake("a")
    servable = newer.servable(variant="2")
    residency.swap(servable, [residency.load(servable, HERE)])
    assert models["a"].alive == 1
    residency.release(held)
    assert models["a"].alive == 0
    found = residency.lease("a", HERE)
    assert found.servable.variant == "2"
    residency.release(found)
    assert newer.loads == 1


@pytest.mark.parametrize("loaded", [False, True])
def test_a_load_that_a_swap_overtakes_is_given_up_for_the_new_one(
    house: Any, fake: Any, loaded: bool
) -> None:
    residency, models = house("a")
    models["a"].load_gate.clear()
    found: list[str] = []
    model = fake("a")
    newer = model.servable(variant="2")

    def lease() -> None:
        resident = residency.lease("a", HERE)
        found.append(resident.servable.variant)
        residency.release(resident)

    leasing = Thread(target=lease)
    leasing.start()
    models["a"].wait_load()
    residency.swap(newer, [residency.load(newer, HERE)] if loaded else [])
    models["a"].load_gate.set()
    leasing.join(10)
    assert found == ["2"]
    assert models["a"].alive == 0
    assert (model.loads, model.alive) == (1, 1)


def test_a_swap_just_before_a_load_leaves_one(
    house: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    residency, models = house("a")
    model, load = fake("a"), residency.load
    newer = model.servable(variant="2")

    def swapping(servable: Any, place: Place) -> Any:
        if model.loads == 0:
            residency.swap(newer, [load(newer, HERE)])
            servable = newer  # as it is where the swap comes before the version is looked up
        return load(servable, place)

    monkeypatch.setattr(residency, "load", swapping)
    use(residency, "a")
    assert (models["a"].loads, model.loads, model.alive) == (0, 2, 1)


def test_a_swap_puts_nothing_where_the_place_was_given_up(house: Any, fake: Any) -> None:
    residency, _ = house("a")
    newer = fake("a")
    servable = newer.servable()
    loaded = [residency.load(servable, HERE)]
    residency.vacate(HERE)
    residency.swap(servable, loaded)
    assert newer.alive == 0


def test_a_place_that_is_given_up_is_emptied(house: Any) -> None:
    residency, models = house("a", "b", "c", budget=999)
    other = Place("cpu")
    use(residency, "a")
    use(residency, "c", other)
    held = residency.lease("b", HERE)
    residency.vacate(HERE)
    assert [models[one].alive for one in "abc"] == [0, 1, 1]
    residency.release(held)
    assert [models[one].alive for one in "abc"] == [0, 0, 1]


@pytest.mark.parametrize("give_up", [lambda r: r.vacate(HERE), lambda r: r.close()])
def test_what_is_loaded_too_late_is_not_kept(house: Any, give_up: Any) -> None:
    residency, models = house("a")
    models["a"].load_gate.clear()
    late = Thread(target=use, args=(residency, "a"))
    late.start()
    models["a"].wait_load()
    give_up(residency)
    models["a"].load_gate.set()
    late.join(10)
    assert models["a"].alive == 0
    assert residency.memory_bytes() == {}


def test_a_replaced_place_does_not_wait_for_a_load_that_never_ends(house: Any) -> None:
    residency, models = house("a")
    models["a"].load_gate.clear()
    stuck = Thread(target=use, args=(residency, "a"))
    stuck.start()
    models["a"].wait_load()
    residency.vacate(HERE)
    models["a"].load_gate.set()
    use(residency, "a", Place("cpu"))
    stuck.join(10)
    assert models["a"].alive == 1


def test_idle_ones_of_a_device_are_evicted(house: Any) -> None:
    residency, models = house("a", "b", "c", budget=999)
    use(residency, "a")
    use(residency, "c", Place("cuda:0"))
    held = residency.lease("b", HERE)
    assert residency.evict_idle("cpu")
    assert not residency.evict_idle("cpu")
    assert [models[one].alive for one in "abc"] == [0, 1, 1]
    residency.release(held)


def test_a_runner_that_cannot_be_closed_is_gone_all_the_same(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    residency, _ = house("a")
    held = residency.lease("a", HERE)

    def broken() -> None:
        raise RuntimeError("CUDA error")

    monkeypatch.setattr(held.runner, "close", broken)
    residency.release(held, keep=False)
    assert residency.memory_bytes() == {}


def test_many_threads_keep_the_books_straight(house: Any) -> None:
    """Twelve models, room for five, four places: nothing is closed twice or in use."""
    ids = [f"m{i}" for i in range(12)]
    residency, models = house(*ids, budget=500)
    failed: list[BaseException] = []

    def work(seed: int) -> None:
        place = Place("cpu")
        try:
            for step in range(300):
                resident = residency.lease(ids[(seed * 7 + step * 5) % 12], place)
                assert not resident.runner.closed
                if step % 50 == seed:
                    residency.forget(resident.id)
                assert not resident.runner.closed
                residency.release(resident, keep=step % 11 > 0)
        except BaseException as error:  # noqa: BLE001  the test looks at it
            failed.append(error)

    threads = [Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert residency.memory_bytes()["cpu"] == 100 * sum(m.alive for m in models.values())
    assert residency.memory_bytes()["cpu"] <= 500
    residency.close()
    assert sum(model.alive for model in models.values()) == 0
