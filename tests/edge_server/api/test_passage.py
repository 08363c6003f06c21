from __future__ import annotations

import pytest

from edge_runtime.results import Labels
from edge_server.api.gate import Gate
from edge_server.api.passage import passage
from edge_server.engine.interface import Deadline
from edge_server.problems import Overloaded
from edge_server.tasks.task import NoParams, Task

TASK = Task(
    name="classify",
    title="",
    params=NoParams,
    result=Labels,
    models=("small", "large"),
    answer=lambda _task, _call: pytest.fail("it is not asked"),
    heavier=("large",),
)


def free(gate: Gate) -> bool:
    try:
        with gate.passed(Deadline.after(1)):
            return True
    except Overloaded:
        return False


@pytest.mark.parametrize(
    ("model", "free_after"),
    [("", (False, True)), ("small", (False, True)), ("large", (True, False))],
)
def test_whoever_names_a_heavy_model_holds_no_light_place(
    model: str, free_after: tuple[bool, bool]
) -> None:
    gates = {heavy: Gate(permits=1, waiting=0) for heavy in (False, True)}
    with passage(gates, TASK, Deadline.after(1)) as named:
        assert (free(gates[False]), free(gates[True])) == (False, True)
        named(model)
        assert (free(gates[False]), free(gates[True])) == free_after
    assert free(gates[False])
    assert free(gates[True])


def test_the_heavy_gate_may_be_shut() -> None:
    gates = {False: Gate(permits=1, waiting=0), True: Gate(permits=1, waiting=0)}
    with gates[True].passed(Deadline.after(1)):
        with (
            pytest.raises(Overloaded),
            passage(gates, TASK, Deadline.after(1)) as named,
        ):
            named("large")
        assert free(gates[False])


def test_what_is_named_may_be_anything() -> None:
    gates = {heavy: Gate(permits=1, waiting=0) for heavy in (False, True)}
    for named_value in (None, ["large"], 5, {}):
        with passage(gates, TASK, Deadline.after(1)) as named:
            named(named_value)
            assert not free(gates[False])
