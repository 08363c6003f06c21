from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from edge_runtime.spec import Record
from edge_server.engine.interface import Deadline
from edge_server.engine.sharing import SharedRuns
from edge_server.problems import Cancelled, InvalidParameter, WeightsMissing

RGB = np.zeros((4, 6, 3), np.uint8)


class Params(Record, frozen=True, kw_only=True):
    value: int = 0


@pytest.fixture
def model(fake: Callable[..., Any]) -> Any:
    return fake("m")


@pytest.fixture
def shared(start: Callable[..., Any], fake: Callable[..., Any], model: Any) -> SharedRuns:
    return SharedRuns(start(model, fake("other"), slots=2))


@pytest.fixture
def ask(shared: SharedRuns) -> Callable[..., Any]:
    def asked(value: int = 0, model_id: str = "m", rgb: Any = RGB) -> Any:
        return shared.submit(model_id, rgb, Params(value=value), Deadline.after(20))

    return asked


def test_the_same_question_is_computed_once(ask: Any, model: Any) -> None:
    model.gate.clear()
    tickets = [ask(3) for _ in range(4)]
    model.gate.set()
    answers = [ticket.result() for ticket in tickets]
    assert model.runs == [[3]]
    assert all(answer is answers[0] for answer in answers)
    assert ask(3).result() is answers[0], "also once it has ended"
    assert [ticket.progress() for ticket in tickets] == [1.0] * 4


@pytest.mark.parametrize(
    "other",
    [{"value": 4}, {"model_id": "other"}, {"rgb": RGB.copy()}],
    ids=lambda one: str(*one),
)
def test_another_question_has_a_run_of_its_own(other: dict[str, Any], ask: Any) -> None:
    first, second = ask(3), ask(**{"value": 3} | other)
    assert first.result() is not second.result()
    assert second.result().value == other.get("value", 3)


def test_who_asks_at_the_same_moment_shares_too(ask: Any, model: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(1).result(), range(64)))
    assert model.runs == [[1]]
    assert len({id(answer) for answer in answers}) == 1


def test_a_failure_reaches_everybody(ask: Any, model: Any) -> None:
    def refuse(*_: Any) -> Any:
        raise InvalidParameter("not this one")

    model.behave = refuse
    for ticket in [ask(), ask(), ask()]:
        with pytest.raises(InvalidParameter, match="not this one"):
            ticket.result()
    assert len(model.runs) == 1


def test_what_is_not_taken_is_tried_again_by_the_next(ask: Any, model: Any) -> None:
    model.here = False
    for _ in range(2):
        with pytest.raises(WeightsMissing):
            ask()
    model.here = True
    assert ask(5).result().value == 5


def test_to_cancel_takes_it_from_nobody_else(ask: Any, model: Any) -> None:
    model.gate.clear()
    first, second = ask(), ask()
    first.cancel()
    first.cancel()
    model.gate.set()
    assert second.result().value == 0


def test_once_nobody_waits_it_is_dropped_and_the_next_begins_anew(ask: Any, model: Any) -> None:
    model.gate.clear()
    tickets = [ask(), ask()]
    model.wait_run()
    for ticket in tickets:
        ticket.cancel()
    with pytest.raises(Cancelled):
        tickets[0].result()
    later = ask()
    model.gate.set()
    assert later.result().value == 0
    assert len(model.runs) == 2


def test_it_is_an_engine_like_the_one_behind_it(shared: SharedRuns) -> None:
    assert set(shared.states()) == {"m", "other"}
    assert shared.version("m") == "sha-m"
    shared.warm(["m"])
    assert shared.drain(10)
