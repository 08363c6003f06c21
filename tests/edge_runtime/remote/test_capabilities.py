from __future__ import annotations

import msgspec
import pytest

from edge_runtime.outcomes import Unavailable
from edge_runtime.remote.capabilities import read_capabilities
from edge_runtime.remote.connections import Reply
from edge_runtime.remote.refusals import Refusal


def reply(*models: tuple[str, str, str]) -> Reply:
    record = [
        {"id": i, "tasks": [t], "where": "server", "variant": "v", "sha256": "", "state": s}
        for i, t, s in models
    ]
    return Reply(status=200, headers={}, body=msgspec.json.encode({"models": record}))


@pytest.mark.parametrize(
    ("models", "model", "code"),
    [
        ([("a", "depth", "ready")], "", None),
        ([("a", "depth", "idle")], "", None),
        ([("a", "depth", "a state of later")], "", None),
        ([("a", "depth", "weights-missing")], "", "weights-missing"),
        ([("a", "depth", "unhealthy")], "", "unhealthy"),
        ([("a", "depth", "unhealthy"), ("b", "depth", "ready")], "", None),
        ([("a", "depth", "unhealthy"), ("b", "depth", "ready")], "a", "unhealthy"),
        ([("a", "faces", "ready")], "", None),  # cut is on no model's list, and yet answers
    ],
)
def test_what_will_not_be_answered(
    models: list[tuple[str, str, str]], model: str, code: str | None
) -> None:
    refusal = read_capabilities(reply(*models)).refusal("depth", model)
    assert (refusal.code if isinstance(refusal, Unavailable) else None) == code


@pytest.mark.parametrize(
    ("model", "code"), [("", "weights-missing"), ("a", "weights-missing"), ("b", None)]
)
def test_where_no_model_is_named_the_usual_one_answers(model: str, code: str | None) -> None:
    models = [
        {"id": i, "tasks": ["depth"], "default_of": d, "state": s}
        | {"where": "server", "variant": "v", "sha256": ""}
        for i, d, s in (("b", [], "idle"), ("a", ["depth"], "weights-missing"))
    ]
    body = msgspec.json.encode({"models": models})
    known = read_capabilities(Reply(status=200, headers={}, body=body))
    refusal = known.refusal("depth", model)
    assert (refusal.code if isinstance(refusal, Unavailable) else None) == code


@pytest.mark.parametrize("body", [b"", b"{}", b'{"models": [{}]}', b"<html>", b"\xff"])
def test_what_is_no_list_of_models(body: bytes) -> None:
    with pytest.raises(Refusal, match="cannot be used"):
        read_capabilities(Reply(status=200, headers={}, body=body))


def test_a_list_has_an_age() -> None:
    assert 0 <= read_capabilities(reply()).age < 30
