from __future__ import annotations

import pytest

from edge_server.engine.circuit import Circuit, Rest


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(Rest(strikes=3, seconds=20, longest=100, reloads=3), clock)


def worked(circuit: Circuit) -> Circuit:
    circuit.succeeded()
    return circuit


def test_a_model_that_never_worked_is_unhealthy_at_its_first_failure(circuit: Circuit) -> None:
    assert circuit.failed()
    assert circuit.unhealthy
    assert circuit.resting() == 20
    assert circuit.enter() is None


def test_one_that_worked_has_three_strikes_in_a_row(circuit: Circuit) -> None:
    worked(circuit)
    assert [circuit.failed(), circuit.failed()] == [False, False]
    circuit.succeeded()
    assert [circuit.failed(), circuit.failed(), circuit.failed()] == [False, False, True]


def test_a_fatal_failure_needs_no_strikes(circuit: Circuit) -> None:
    assert worked(circuit).failed(fatal=True)


def test_the_rest_grows_and_ends_with_a_success(circuit: Circuit, clock: Clock) -> None:
    rests = []
    for _ in range(5):
        circuit.failed()
        rests.append(circuit.resting())
        clock.now += circuit.resting()
        assert circuit.enter() is not None
    assert rests == [20, 40, 80, 100, 100]
    circuit.succeeded()
    assert not circuit.unhealthy
    assert circuit.resting() == 0
    circuit.failed(fatal=True)
    assert circuit.resting() == 20


def test_after_the_rest_one_tries_at_a_time(circuit: Circuit, clock: Clock) -> None:
    circuit.failed()
    clock.now += 20
    permit = circuit.enter()
    assert permit is not None
    assert circuit.unhealthy
    assert circuit.enter() is None
    circuit.leave(object())
    assert circuit.enter() is None
    circuit.leave(permit)
    assert circuit.enter() is not None


def test_while_it_works_everybody_may_enter(circuit: Circuit) -> None:
    assert all(circuit.enter() for _ in range(9))


def test_it_is_loaded_again_three_times_a_minute(circuit: Circuit, clock: Clock) -> None:
    assert [circuit.may_reload() for _ in range(4)] == [True, True, True, False]
    clock.now += 59
    assert not circuit.may_reload()
    clock.now += 1
    assert circuit.may_reload()


def test_an_unhealthy_model_is_not_loaded_twice_for_a_try(circuit: Circuit) -> None:
    circuit.failed()
    assert not circuit.may_reload()


def test_no_storm(circuit: Circuit, clock: Clock) -> None:
    """A model that always fails is tried at most three times in the first minute, then less."""
    tries = []
    for second in range(600):
        clock.now = 1000.0 + second
        if circuit.enter() is not None:
            tries.append(second)
            circuit.failed()
    assert tries == [0, 20, 60, 140, 240, 340, 440, 540]
