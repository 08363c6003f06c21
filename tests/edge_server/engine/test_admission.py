from __future__ import annotations

from typing import Any

import pytest

from edge_server.engine.admission import Admission
from edge_server.engine.circuit import Circuit, Rest
from edge_server.engine.counting import Tally
from edge_server.engine.interface import State
from edge_server.engine.residency import Residency
from edge_server.engine.resident import Place
from edge_server.problems import (
    DeadlineExceeded,
    Loading,
    ModelNotFound,
    ModelUnhealthy,
    WeightsMissing,
)


@pytest.fixture
def desk(fake: Any) -> tuple[Admission, Any, Residency, Circuit]:
    model = fake("m")
    residency = Residency([model.servable()], Tally(), budget=1000)
    circuits = {"m": Circuit(Rest(), lambda: 1000.0)}
    return Admission(residency, circuits), model, residency, circuits["m"]


def test_what_can_be_done_is_taken(desk: Any, work: Any) -> None:
    desk[0].check(work("m"))


def test_a_model_that_is_not_there_names_those_that_are(desk: Any, work: Any) -> None:
    with pytest.raises(ModelNotFound, match="known are m"):
        desk[0].check(work("n"))


def test_missing_weights_name_the_command(desk: Any, work: Any) -> None:
    desk[1].here = False
    with pytest.raises(WeightsMissing, match="edge-serve weights pull m"):
        desk[0].check(work("m"))


def test_what_is_loaded_needs_its_file_no_more(desk: Any, work: Any) -> None:
    admission, model, residency, _ = desk
    residency.release(residency.lease("m", Place("cpu")))
    model.here = False
    admission.check(work("m"))


def test_a_model_that_rests_says_for_how_long(desk: Any, work: Any) -> None:
    desk[3].failed()
    with pytest.raises(ModelUnhealthy) as raised:
        desk[0].check(work("m"))
    assert raised.value.retry_after == 20


def test_a_deadline_that_has_passed_is_not_taken(desk: Any, work: Any) -> None:
    with pytest.raises(DeadlineExceeded):
        desk[0].check(work("m", seconds=-0.001))


def test_what_waits_for_a_load_is_told_so(
    desk: Any, submission: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    admission, _, residency, _ = desk
    one = submission("m")
    assert isinstance(admission.late(one), DeadlineExceeded)
    monkeypatch.setattr(residency, "loading", lambda _id: True)
    assert isinstance(admission.late(one), Loading)
    one.begin()
    assert isinstance(admission.late(one), DeadlineExceeded)


def test_states(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    admission, model, residency, circuit = desk
    assert admission.states() == {"m": State.IDLE}
    model.here = False
    assert admission.states() == {"m": State.WEIGHTS_MISSING}
    with monkeypatch.context() as patched:
        patched.setattr(residency, "loading", lambda _id: True)
        assert admission.states() == {"m": State.LOADING}
    residency.release(residency.lease("m", Place("cpu")))
    assert admission.states() == {"m": State.READY}
    circuit.failed()
    assert admission.states() == {"m": State.UNHEALTHY}
