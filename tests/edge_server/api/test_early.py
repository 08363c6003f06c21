from __future__ import annotations

from edge_server.api.early import Early
from edge_server.api.gate import Gate
from edge_server.api.health import Numbers
from edge_server.engine.interface import Deadline
from edge_server.problems import Overloaded

PATH = "/v1/classify"


def early() -> Early:
    return Early({PATH: Gate(permits=1, waiting=0)}, Numbers())


def full(made: Early) -> None:
    """A second request where there is room for one: from then on the gate is overloaded."""
    try:
        made.gates[PATH]._enter(Deadline.after(1))
    except Overloaded:
        return
    raise AssertionError("the gate let a second one in")


def test_a_request_is_let_in_while_nobody_was_refused() -> None:
    made = early()
    with made.gates[PATH].passed(Deadline.after(1)):
        assert made(PATH, {}) is None


def test_while_the_gate_is_overloaded_and_full_the_headers_are_enough() -> None:
    made = early()
    with made.gates[PATH].passed(Deadline.after(1)):
        full(made)
        problem = made(PATH, {})
        assert isinstance(problem, Overloaded)
        assert problem.retry_after == 1
    assert made(PATH, {}) is None, "there is room again"


def test_other_addresses_and_attempts_with_a_key_come_in() -> None:
    made = early()
    with made.gates[PATH].passed(Deadline.after(1)):
        full(made)
        assert made("/healthz", {}) is None
        assert made(PATH, {b"idempotency-key": b"again"}) is None


def test_an_early_refusal_is_counted_like_any_other() -> None:
    made = early()
    with made.gates[PATH].passed(Deadline.after(1)):
        full(made)
        made(PATH, {})
    counted = made.numbers.registry.get_sample_value(
        "pocketlens_requests_total", {"route": PATH, "status": "503"}
    )
    assert counted == 1
