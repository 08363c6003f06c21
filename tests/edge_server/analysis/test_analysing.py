from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from edge_server.analysis.analysing import Asking, Tickets, outcomes
from edge_server.analysis.findings import Finding
from edge_server.engine.interface import Deadline, Priority
from edge_server.intake.intake import Intake
from edge_server.problems import InvalidParameter, Problem, WeightsMissing


@pytest.fixture
def ask(laboratory: Any, photo: Callable[..., bytes]) -> Callable[..., Asking]:
    def made(*names: str, **given: Any) -> Asking:
        tasks = [laboratory.task(name, **given.pop(name, {})) for name in names]
        upload = Intake().from_bytes(photo())
        fields = {"engine": laboratory, "upload": upload, "tasks": tasks}
        return Asking(**fields | {"deadline": Deadline.after(20)} | given)

    return made


def test_each_comes_when_it_is_ready_whatever_the_others_do(
    ask: Any, held: Any, laboratory: Any
) -> None:
    laboratory.behave["objects"], go = held()
    coming = outcomes(ask("objects", "classify", "faces"))
    first = {next(coming)[0], next(coming)[0]}
    assert first == {"classify", "faces"}
    go.set()
    assert [name for name, _ in coming] == ["objects"]


def test_one_that_fails_takes_none_of_the_others_with_it(
    ask: Any, failing: Any, laboratory: Any, caplog: Any
) -> None:
    laboratory.behave["caption"] = failing(WeightsMissing("pull them"))
    laboratory.behave["smile"] = failing(ZeroDivisionError("a bug"))
    found: dict[str, Any] = dict(outcomes(ask("caption", "smile", "faces")))
    assert found["caption"].code == "weights-missing"
    assert (found["smile"].code, "a bug" in found["smile"].detail) == ("internal-error", False)
    assert isinstance(found["faces"], Finding)
    assert "ZeroDivisionError in smile" in caplog.text


def test_parameters_that_do_not_fit_the_photo_are_its_problem(
    ask: Any, laboratory: Any
) -> None:
    def check(size_hw: tuple[int, int], _params: Any) -> None:
        raise InvalidParameter(f"not for {size_hw}")

    ((name, problem),) = outcomes(ask("objects", objects={"check": check}))
    assert (name, problem.detail) == ("objects", "not for (48, 64)")
    assert laboratory.calls == []


def test_silence_is_told_as_often_as_it_lasts(ask: Any, held: Any, laboratory: Any) -> None:
    laboratory.behave["objects"], go = held()
    coming = outcomes(ask("objects"), patience=0.01)
    assert [next(coming), next(coming)] == [None, None]
    go.set()
    assert [one[0] for one in coming if one] == ["objects"]


class Ticket:
    def __init__(self) -> None:
        self.cancelled = Event()

    def cancel(self) -> None:
        self.cancelled.set()


def test_who_stops_listening_stops_the_rest(ask: Any, laboratory: Any) -> None:
    ticket: Any = Ticket()

    def begin(call: Any) -> None:
        call.began(ticket)
        assert ticket.cancelled.wait(20)
        raise Problem("it was cancelled")

    laboratory.behave["objects"] = begin
    coming = outcomes(ask("objects", "faces"))
    assert next(coming)[0] == "faces"
    coming.close()
    assert ticket.cancelled.wait(20)


def test_what_is_submitted_after_the_caller_has_gone_is_dropped_too() -> None:
    tickets, before, after = Tickets(), Ticket(), Ticket()
    tickets.add(before)  # type: ignore[arg-type]
    tickets.cancel()
    tickets.add(after)  # type: ignore[arg-type]
    assert before.cancelled.is_set()
    assert after.cancelled.is_set()


def test_a_call_has_the_priority_and_the_deadline_of_the_question(
    ask: Any, laboratory: Any
) -> None:
    deadline = Deadline.after(3)
    list(outcomes(ask("objects", deadline=deadline, priority=Priority.BATCH)))
    call = laboratory.calls[0][1]
    assert (call.deadline, call.priority) == (deadline, Priority.BATCH)
    assert call.upload.format == "png"
