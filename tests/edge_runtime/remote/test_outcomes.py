from __future__ import annotations

import pytest

from edge_runtime.errors import NoAnswer
from edge_runtime.outcomes import (
    Degraded,
    Ok,
    Outcome,
    Provenance,
    Unavailable,
    degraded,
    mapped,
)

HERE = Provenance(where="device", model="m", sha256="", variant="v", accelerator="cpu")
OUTAGE = Unavailable("the server is away", 2.0)


def told(outcome: Outcome[list[int]]) -> str:
    """mypy holds this to be exhaustive: no return is missing."""
    match outcome:
        case Ok(value, provenance):
            return f"{len(value)} {provenance.where}"
        case Degraded(value, _, why):
            return f"{len(value)} but {why}"
        case Unavailable(why, retry_after):
            return f"{why}, in {retry_after}"


def test_no_faces_and_no_answer_are_two_things() -> None:
    assert told(Ok([], HERE)) == "0 device"
    assert told(Degraded([], HERE, "coarse")) == "0 but coarse"
    assert told(OUTAGE) == "the server is away, in 2.0"


def test_no_value_comes_out_of_an_outage() -> None:
    with pytest.raises(NoAnswer, match="there is no answer: the server is away"):
        _ = OUTAGE.value
    with pytest.raises(TypeError):
        iter(OUTAGE)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        len(OUTAGE)  # type: ignore[arg-type]


def test_values_change_and_outages_stay() -> None:
    assert mapped(Ok([1], HERE), len) == Ok(1, HERE)
    assert mapped(Degraded([1], HERE, "w"), len) == Degraded(1, HERE, "w")
    assert mapped(OUTAGE, len) is OUTAGE


def test_less_is_said_to_be_less() -> None:
    assert degraded(Ok([1], HERE), "w") == Degraded([1], HERE, "w")
    assert degraded(Degraded([1], HERE, "v"), "w") == Degraded([1], HERE, "v; w")
    assert degraded(OUTAGE, "w") is OUTAGE
