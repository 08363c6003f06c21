from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from edge_server.asgi.refusing import problem_headers, problem_record, refusal, refusal_bytes
from edge_server.problems import (
    BodyTooLarge,
    Fault,
    InvalidParameter,
    Overloaded,
    Problem,
    RateLimited,
    Unauthenticated,
)


def test_a_problem_has_the_members_of_rfc_9457() -> None:
    problem = BodyTooLarge("too many: send fewer", limit=10, actual=11)
    assert problem_record(problem, "abc") == {
        "type": "urn:pocketlens:problem:body-too-large",
        "title": "The body has too many bytes",
        "status": 413,
        "detail": "too many: send fewer",
        "instance": "urn:uuid:abc",
        "code": "body-too-large",
        "retryable": False,
        "limit": 10,
        "actual": 11,
    }


def test_faults_are_pointed_at() -> None:
    record = problem_record(InvalidParameter("x", faults=(Fault("/top_k", "too large"),)), "i")
    assert record["errors"] == [{"pointer": "/top_k", "message": "too large"}]


@pytest.mark.parametrize(
    ("problem", "name", "value"),
    [
        (Overloaded("x"), "Retry-After", "2"),
        (RateLimited("x", retry_after=7), "Retry-After", "7"),
        (Unauthenticated("x"), "WWW-Authenticate", 'Bearer realm="pocketlens"'),
        (Problem("x"), "Cache-Control", "no-store"),
    ],
)
def test_its_headers(problem: Problem, name: str, value: str) -> None:
    assert problem_headers(problem)[name] == value


def test_it_is_logged_by_its_id(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "edge_server"):
        content = refusal_bytes(Overloaded("busy: ask again"))
    head, _, body = content.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    (record,) = caplog.records
    name, status = record.__dict__["request_id"], record.__dict__["status"]
    assert (json.loads(body)["instance"], status) == (f"urn:uuid:{name}", 503)


def test_it_is_sent_whole() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(refusal(Overloaded("busy: ask again"), send, close=True))
    headers = dict(sent[0]["headers"])
    assert sent[0]["status"] == 503
    assert headers[b"connection"] == b"close"
    assert int(headers[b"content-length"]) == len(sent[1]["body"])
    record = json.loads(sent[1]["body"])
    assert record["instance"] == f"urn:uuid:{headers[b'x-request-id'].decode()}"
