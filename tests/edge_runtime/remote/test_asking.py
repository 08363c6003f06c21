from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from edge_runtime.images import Photo
from edge_runtime.outcomes import Degraded, Ok
from edge_runtime.remote.asking import TASKS, prepared, read_answer
from edge_runtime.remote.connections import Reply
from edge_runtime.remote.refusals import Refusal
from edge_runtime.remote.uploads import Opened
from edge_runtime.results import CutOut
from edge_server.api import wire
from edge_server.api.parameters import names_of
from edge_server.api.replies import ReplyParams

PHOTO = Opened(Photo(np.zeros((6, 8, 3), np.uint8)))
ANSWER: dict[str, Any] = {
    "task": "faces",
    "model": "m",
    "variant": "v",
    "sha256": "abc",
    "device": "cpu",
    "image": {"size": [8, 6]},
    "result": {"faces": []},
    "ms": {"run": 2.0},
}


def reply(**other: Any) -> Reply:
    return Reply(status=200, headers={}, body=msgspec.json.encode(ANSWER | other))


def any_file(_: str) -> str:
    return ""


def test_an_answer_says_where_it_is_from() -> None:
    question = prepared("faces", PHOTO, {})
    received = read_answer(question, reply(), any_file)
    outcome = received.outcome(question, 2, 12.34567)
    assert isinstance(outcome, Ok)
    provenance = outcome.provenance
    assert received.value.faces == ()
    assert provenance.ms == {"server.run": 2.0, "round_trip": 12.346}
    assert (provenance.model, provenance.sha256, provenance.attempts) == ("m", "abc", 2)


@pytest.mark.parametrize(
    "other", [{"task": "smile"}, {"image": {"size": [6, 8]}}, {"result": {}}, {"model": None}]
)
def test_an_answer_to_something_else_is_none(other: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        read_answer(prepared("faces", PHOTO, {}), reply(**other), any_file)
    assert caught.value.code == "not-an-answer"
    assert caught.value.retryable


@pytest.mark.parametrize("sha256", ["abc", ""])
def test_the_file_that_was_demanded_may_answer(sha256: str) -> None:
    question = prepared("faces", PHOTO, {})
    assert read_answer(question, reply(), {"m": sha256}.__getitem__).record.sha256 == "abc"


def test_no_other_file_may() -> None:
    with pytest.raises(Refusal, match=r"another file of m \(abc\)") as caught:
        read_answer(prepared("faces", PHOTO, {}), reply(), {"m": "abd"}.__getitem__)
    refusal = caught.value
    assert (refusal.code, refusal.retryable, refusal.alive) == ("wrong-file", False, True)


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({}, ""),
        ({"a": None, "b": "", "c": ()}, ""),
        ({"a": True, "b": False}, "?a=true&b=false"),
        ({"a": 0, "b": 0.5, "c": ("x", "y z")}, "?a=0&b=0.5&c=x%2Cy+z"),
    ],
)
def test_parameters_are_said_in_the_address(fields: dict[str, Any], query: str) -> None:
    assert prepared("faces", PHOTO, fields).path == f"/v1/faces{query}"


def test_the_forms_are_those_of_the_server() -> None:
    for task in TASKS.values():
        assert set(task.form) <= set(names_of(ReplyParams))
        msgspec.convert(task.form, ReplyParams)


@pytest.mark.parametrize(
    ("method", "kind"),
    [("instance-segmentation", Ok), ("detector+segmenter+grabcut", Degraded)],
)
def test_a_cut_by_lighter_models_is_less(method: str, kind: type) -> None:
    mask = np.ones((6, 8), np.bool_)
    rgba = np.zeros((6, 8, 4), np.uint8)
    value = CutOut(pixels=rgba, mask=mask, found=("cat",), method=method)
    cut = {
        "task": "cut",
        "result": wire.value_json(value, "rle"),
        "picture": wire.picture_json(rgba, "image/png"),
    }
    question = prepared("cut", PHOTO, {"objects": ("cat",)})
    assert isinstance(
        read_answer(question, reply(**cut), any_file).outcome(question, 1, 1), kind
    )
