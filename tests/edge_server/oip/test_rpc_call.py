from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from edge_server.oip.rpc_call import Call, answered
from edge_server.problems import Overloaded


class Aborted(Exception):
    """As gRPC's own, raised by ``abort``."""


class Context:
    """What is asked of gRPC's context."""

    def __init__(self) -> None:
        self.sent: Any = ()
        self.ended: Any = ()

    def invocation_metadata(self) -> Any:
        return (("x-request-id", "mine-0001"),)

    def peer(self) -> str:
        return "ipv4:127.0.0.1:5"

    async def send_initial_metadata(self, metadata: Any) -> None:
        self.sent = metadata

    async def abort(self, code: Any, detail: str, metadata: Any) -> None:
        self.ended = (code.name, detail, dict(metadata))
        raise Aborted


@pytest.fixture
def counted() -> list[Any]:
    return []


@pytest.fixture
def services(counted: list[Any]) -> Any:
    return SimpleNamespace(
        rates=SimpleNamespace(take=lambda _who: 1),
        settings=SimpleNamespace(keys_required=False),
        numbers=SimpleNamespace(count=lambda path, status, _s: counted.append((path, status))),
    )


def run(services: Any, context: Context, error: BaseException | None = None) -> Any:
    async def act() -> Any:
        async with answered(services, Call(service="s", method="M"), context) as who:  # type: ignore[arg-type]
            if error is not None:
                raise error
            return who

    return asyncio.run(act())


def test_who_is_let_in_is_known_and_counted(services: Any, counted: list[Any]) -> None:
    context = Context()
    who = run(services, context)
    assert (who.caller, who.owner) == ("address 127.0.0.1", "local")
    assert context.sent == (("x-request-id", "mine-0001"),)
    assert counted == [("/s/M", 200)]


@pytest.mark.parametrize(
    ("error", "code", "status", "problem"),
    [
        (Overloaded("busy", retry_after=3), "RESOURCE_EXHAUSTED", 503, "overloaded"),
        (MemoryError(), "UNAVAILABLE", 503, "memory"),
        (ValueError("a secret"), "INTERNAL", 500, "internal-error"),
    ],
)
def test_what_is_raised_ends_the_call(
    error: BaseException,
    code: str,
    status: int,
    problem: str,
    services: Any,
    counted: list[Any],
) -> None:
    context = Context()
    with pytest.raises(Aborted):
        run(services, context, error)
    assert context.ended[0] == code
    assert "secret" not in context.ended[1]
    assert context.ended[2]["problem-code"] == problem
    assert counted == [("/s/M", status)]


def test_a_call_that_is_cancelled_is_counted_as_such(services: Any, counted: list[Any]) -> None:
    with pytest.raises(asyncio.CancelledError):
        run(services, Context(), asyncio.CancelledError())
    assert counted == [("/s/M", 499)]
