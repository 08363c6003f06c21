"""A problem as bytes on the wire: the one body that every error has."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from edge_server.asgi.error_members import error_members

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from edge_server.problems import Problem

    Message: TypeAlias = MutableMapping[str, Any]

_LOG = logging.getLogger("edge_server")
RETRY_AFTER = 2  # seconds, where the problem does not know better
# What still comes of a body that was refused is taken so long, or until so long nothing came.
LINGER_SECONDS = 5.0
SILENCE_SECONDS = 1.5


@dataclass(frozen=True, kw_only=True)
class Written:
    """An answer that refuses, as it is sent."""

    status: int
    headers: dict[str, str]
    body: bytes


def problem_record(problem: Problem, request_id: str, path: str = "") -> dict[str, Any]:
    """The members of RFC 9457, and ours: ``code``, ``retryable``, ``limit``, ``actual``,
    ``errors`` (``pointer`` and ``message``); before them those of :func:`error_members`.
    """
    record: dict[str, Any] = error_members(problem, path) | {
        "type": f"urn:pocketlens:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:uuid:{request_id}",
        "code": problem.code,
        "retryable": problem.retryable,
    }
    if problem.limit is not None:
        record["limit"] = problem.limit
    if problem.actual is not None:
        record["actual"] = problem.actual
    if problem.faults:
        record["errors"] = [
            {"pointer": fault.pointer, "message": fault.message} for fault in problem.faults
        ]
    return record


def problem_headers(problem: Problem, path: str = "") -> dict[str, str]:
    """Headers that go with it: nothing is cached, and what is retryable says when."""
    ours = not error_members(problem, path)
    kind = "application/problem+json" if ours else "application/json"
    headers = {"Content-Type": kind, "Cache-Control": "no-store"}
    if problem.status in {429, 503}:
        headers["Retry-After"] = str(problem.retry_after or RETRY_AFTER)
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="pocketlens"'
    return headers


def new_request_id() -> str:
    """A name for a request, as in ``instance`` and ``X-Request-Id``."""
    return str(uuid.uuid4())


async def refusal(
    problem: Problem,
    send: Callable[[Message], Awaitable[None]],
    *,
    path: str = "",
    close: bool = False,
    rest: Callable[[], Awaitable[Message]] | None = None,
) -> None:
    """Answer with the problem where Flask is not asked; ``close`` ends the connection.

    ``rest`` receives what still comes of the body, which is dropped: a connection that is
    closed over bytes that nobody read loses the answer on its way.
    """
    refused = written(problem, path)
    if close:
        refused.headers["Connection"] = "close"
    await put(refused, send, more=rest is not None)
    if rest is not None:
        await _dropped(rest)
        await send({"type": "http.response.body", "body": b""})


async def put(
    refused: Written, send: Callable[[Message], Awaitable[None]], *, more: bool = False
) -> None:
    """Send it; with ``more`` its end is still to be sent."""
    raw = [(name.lower().encode(), text.encode()) for name, text in refused.headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": raw})
    await send({"type": "http.response.body", "body": refused.body, "more_body": more})


async def _dropped(rest: Callable[[], Awaitable[Message]]) -> None:
    more = True
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while more:
                async with asyncio.timeout(SILENCE_SECONDS):
                    more = (await rest()).get("more_body", False)


def refusal_bytes(problem: Problem) -> bytes:
    """That answer as HTTP/1.1 has it, for a request that is not even one."""
    refused = written(problem)
    refused.headers["Connection"] = "close"
    lines = [
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        *(f"{name}: {value}" for name, value in refused.headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + refused.body


def written(problem: Problem, path: str = "") -> Written:
    """The answer of that address, which is logged: nobody else does so here."""
    request_id = new_request_id()
    body = msgspec.json.encode(problem_record(problem, request_id, path))
    headers = problem_headers(problem, path) | {
        "Content-Length": str(len(body)),
        "X-Request-Id": request_id,
    }
    told = {"request_id": request_id, "status": problem.status}
    _LOG.info("refused: %s %d", problem.code, problem.status, extra=told)
    return Written(status=problem.status, headers=headers, body=body)
