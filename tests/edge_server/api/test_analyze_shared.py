"""Analyses of one request that ask a model the same: it runs once, for each as if alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from edge_server.engine.counting import Tally
from edge_server.engine.local import LocalEngine
from edge_server.problems import ModelOutputInvalid
from edge_server.tasks.light import LightRunner

BOTH = "classify,properties"
CLASSIFIER = "image-classification"


@pytest.fixture
def runs(engine: tuple[LocalEngine, Tally]) -> Callable[[], int]:
    """How often the classifier has run."""
    return lambda: engine[1].total("runs", model=CLASSIFIER)


def told(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("result", "model", "variant", "sha256", "device")}


@pytest.mark.parametrize("photo", ["obama.jpg", "motorcycle.png"])
def test_the_classifier_runs_once_for_both(
    photo: str, client: Callable[..., Any], runs: Callable[[], int]
) -> None:
    caller = client()
    alone = {
        name: caller.post(f"/v1/{name}", photo, headers={"Accept": "application/json"})
        for name in BOTH.split(",")
    }
    before = runs()
    found = caller.post("/v1/analyze", photo, analyses=BOTH).get_json()["results"]
    assert runs() - before == 1
    for name, answer in alone.items():
        assert told(found[name]) == told(answer.get_json()), name
    again = caller.post("/v1/analyze", photo, analyses=BOTH).get_json()["results"]
    assert [one["stored"] for one in again.values()] == [True, True]
    assert runs() - before == 1


def test_another_request_has_a_run_of_its_own(
    client: Callable[..., Any], runs: Callable[[], int]
) -> None:
    caller, before = client(), runs()
    for _ in range(2):
        caller.post("/v1/analyze", analyses=BOTH, keep="false")
    assert runs() - before == 2


def test_what_fails_fails_for_both(
    client: Callable[..., Any], runs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, before, one = client(), runs(), LightRunner._one

    def refused(self: LightRunner, job: Any) -> Any:
        if job.params.model == CLASSIFIER:
            raise ModelOutputInvalid("nothing can be said of this one")
        return one(self, job)

    monkeypatch.setattr(LightRunner, "_one", refused)
    record = caller.post("/v1/analyze", analyses=f"{BOTH},faces").get_json()
    assert runs() - before == 1
    assert list(record["results"]) == ["faces"]
    problems = record["problems"]
    assert {name: one["code"] for name, one in problems.items()} == {
        "classify": "model-output-invalid",
        "properties": "model-output-invalid",
    }
    assert {one["detail"] for one in problems.values()} == {"nothing can be said of this one"}


def test_a_batch_shares_too(client: Callable[..., Any], runs: Callable[[], int]) -> None:
    caller, before = client(), runs()
    job = caller.post("/v1/analyze/batch", analyses=BOTH, keep="false").get_json()
    followed = caller.http.get(f"/v1/jobs/{job['id']}", headers={"Accept": "text/event-stream"})
    events = followed.get_data(as_text=True)
    followed.close()
    photo = next(
        json.loads(block.partition("data: ")[2])
        for block in events.split("\n\n")
        if "event: photo" in block
    )
    assert sorted(photo["answer"]["results"]) == sorted(BOTH.split(","))
    assert runs() - before == 1
