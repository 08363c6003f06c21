from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Response

from edge_server.api.early import Door, Early
from edge_server.api.gate import Gate
from edge_server.api.health import Numbers
from edge_server.asgi.guard import RequestHead
from edge_server.engine.interface import Deadline
from edge_server.problems import InvalidParameter, Overloaded, Problem

PATH = "/v1/classify"
SITE = "https://front.example"


@pytest.fixture(autouse=True)
def a_clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is overloaded stays so, however long a test is held up."""
    monkeypatch.setattr("edge_server.api.gate.monotonic", lambda: 1000.0)


def early(*asked: bool) -> Early:
    """With an address that may be for the gates of these kinds; the light one where none is
    given."""
    return Early(
        doors={("POST", PATH): Door(PATH, lambda _head: asked or (False,))},
        gates={heavy: Gate(permits=1, waiting=0) for heavy in (False, True)},
        numbers=Numbers(),
        origins=(SITE,),
    )


def head(method: str = "POST", path: str = PATH, **headers: str) -> RequestHead:
    named = {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()}
    return RequestHead(method=method, path=path, headers=named)


def full(made: Early, *heavies: bool) -> ExitStack:
    """One inside and a second refused: from then on the gates are overloaded."""
    stack = ExitStack()
    for heavy in heavies:
        gate = made.gates[heavy]
        stack.enter_context(gate.passed(Deadline.after(1)))
        with pytest.raises(Overloaded):
            gate._enter(Deadline.after(1))
    return stack


def test_a_request_is_let_in_while_nobody_was_refused() -> None:
    made = early()
    with made.gates[False].passed(Deadline.after(1)):
        assert made(head()) is None


def test_while_the_gate_is_overloaded_and_full_the_headers_are_enough() -> None:
    made = early()
    with full(made, False):
        refused = made(head())
    assert refused is not None
    record = json.loads(refused.body)
    assert (refused.status, record["code"]) == (503, "overloaded")
    assert refused.headers == {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "Retry-After": "1",
        "Content-Length": str(len(refused.body)),
        "X-Request-Id": record["instance"].removeprefix("urn:uuid:"),
    }
    assert made(head()) is None, "there is room again"


@pytest.mark.parametrize(
    "other",
    [
        head(path="/healthz"),
        head(idempotency_key="again"),
        head("GET"),
        head("HEAD"),
        head("OPTIONS", origin=SITE),
    ],
    ids=["path", "key", "get", "head", "preflight"],
)
def test_other_addresses_and_methods_and_attempts_with_a_key_come_in(
    other: RequestHead,
) -> None:
    made = early()
    with full(made, False):
        assert made(other) is None


def test_an_early_refusal_is_counted_like_any_other() -> None:
    made = early()
    with full(made, False):
        made(head())
    counted = made.numbers.registry.get_sample_value(
        "pocketlens_requests_total", {"route": PATH, "status": "503"}
    )
    assert counted == 1


def test_a_page_of_a_known_site_may_read_it() -> None:
    made = early()
    with full(made, False):
        known, unknown = made(head(origin=SITE)), made(head(origin="https://other.example"))
    assert known is not None
    assert unknown is not None
    assert {
        name: known.headers[name] for name in set(known.headers) - set(unknown.headers)
    } == {
        "Access-Control-Allow-Origin": SITE,
        "Access-Control-Expose-Headers": "Retry-After",
        "Vary": "Origin",
    }


@pytest.mark.parametrize(
    ("asked", "overloaded", "refused"),
    [
        ((False,), (True,), False),
        ((True,), (True,), True),
        ((False, True), (True,), False),
        ((False, True), (False,), False),
        ((False, True), (False, True), True),
        ((True, True), (True,), True),
    ],
)
def test_every_gate_that_it_may_be_for_has_to_refuse(
    asked: Collection[bool], overloaded: Collection[bool], refused: bool
) -> None:
    made = early(*asked)
    with full(made, *overloaded):
        assert (made(head()) is not None) is refused


def test_of_two_gates_neither_takes_it_for_a_refusal_of_its_own() -> None:
    made = early(False, True)
    with full(made, False, True):
        before = [gate._refused for gate in made.gates.values()]
        assert made(head()) is not None
        assert [gate._refused for gate in made.gates.values()] == before


def test_what_is_wrong_with_a_request_is_told_where_it_is_read() -> None:
    def wrong(_head: RequestHead) -> Any:
        raise InvalidParameter("mend it")

    made = Early(
        doors={("POST", PATH): Door(PATH, wrong)}, gates=early().gates, numbers=Numbers()
    )
    with full(made, False, True):
        assert made(head()) is None


def test_a_browser_is_shown_a_page_where_there_is_one() -> None:
    def page(problem: Problem) -> Response:
        headers = {"Vary": "Accept", "Content-Type": "text/html; charset=utf-8"}
        return Response(f"<p>{problem.detail}</p>", problem.status, headers)

    made = Early(
        doors={("POST", PATH): Door(PATH, lambda _head: (False,), page)},
        gates=early().gates,
        numbers=Numbers(),
        origins=(SITE,),
    )
    with full(made, False):
        shown = made(head(accept="text/html,*/*;q=0.8", origin=SITE))
        told = made(head(accept="*/*"))
    assert shown is not None
    assert (shown.status, shown.body) == (503, b"<p>the server is busy: ask again soon</p>")
    assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
    assert shown.headers["Content-Length"] == str(len(shown.body))
    assert (shown.headers["Retry-After"], shown.headers["Vary"]) == ("1", "Accept, Origin")
    assert told is not None
    assert told.headers["Content-Type"] == "application/problem+json"
