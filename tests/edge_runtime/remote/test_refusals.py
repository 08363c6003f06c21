from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_runtime.remote.connections import Reply
from edge_runtime.remote.refusals import refusal_of
from edge_server.problems import problems


def reply(status: int, body: Any, after: str = "") -> Reply:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(status=status, headers={"retry-after": after} if after else {}, body=content)


def detail(code: str, *, retryable: bool) -> dict[str, Any]:
    return {"code": code, "detail": "why", "retryable": retryable, "title": "x"}


@pytest.mark.parametrize(
    ("status", "code", "retryable", "after", "expected"),
    [
        (422, "unknown-name", False, "", ("unknown-name", None, False, True)),
        (401, "unauthenticated", False, "", ("unauthenticated", None, False, True)),
        (429, "rate-limited", True, "7", ("rate-limited", 7.0, True, True)),
        (503, "overloaded", True, "1", ("overloaded", 1.0, True, True)),
        (503, "weights-missing", False, "1", ("weights-missing", None, False, True)),
        (503, "draining", True, "soon", ("draining", 0.0, True, True)),
        (503, "draining", True, "9999999", ("draining", 3600.0, True, True)),
        (504, "deadline-exceeded", True, "", ("deadline-exceeded", 0.0, True, True)),
        (500, "internal-error", False, "", ("internal-error", None, False, False)),
        (502, "model-output-invalid", False, "", ("model-output-invalid", None, False, False)),
    ],
)
def test_problem_details(
    status: int, code: str, retryable: bool, after: str, expected: tuple[Any, ...]
) -> None:
    refusal = refusal_of(reply(status, detail(code, retryable=retryable), after))
    found = (refusal.code, refusal.retry_after, refusal.retryable, refusal.alive)
    assert found == expected
    assert refusal.why == "why"


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(500, False), (502, True), (503, True), (504, True), (429, True), (302, False)],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"\xff"])
def test_what_is_no_problem_detail(status: int, retryable: bool, body: bytes) -> None:
    refusal = refusal_of(reply(status, body))
    assert (refusal.code, refusal.retryable) == ("not-an-answer", retryable)
    assert not refusal.alive
    assert str(status) in refusal.why


def test_every_problem_of_the_server_is_understood() -> None:
    for kind in problems():
        refusal = refusal_of(reply(kind.status, detail(kind.code, retryable=kind.retryable)))
        assert (refusal.code, refusal.retryable) == (kind.code, kind.retryable)
