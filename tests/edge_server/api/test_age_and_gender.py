"""Age and gender over HTTP: off unless switched on, and what is told either way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PATH = "/v1/age-and-gender"
PULL = "edge-serve weights pull face-detection-mtcnn"


def test_off_it_is_refused_and_said_what_to_switch_on(client: Callable[..., Any]) -> None:
    caller = client()
    record = caller.problem(caller.post(PATH), 403, "task-disabled")
    assert "--age-and-gender yes (POCKETLENS_AGE_AND_GENDER)" in record["detail"]
    assert record["retryable"] is False
    asked = caller.http.get("/v2/models/age-and-gender/ready")
    assert (asked.status_code, "age-and-gender yes" in asked.get_data(as_text=True)) == (
        403,
        True,
    )


def test_off_no_analysis_makes_it_and_the_one_that_names_it_has_a_problem(
    client: Callable[..., Any],
) -> None:
    caller = client()
    plain = caller.post("/v1/analyze", keep="false").get_json()
    told = {*plain["results"], *plain["problems"], *plain["skipped"]}
    assert "age-and-gender" not in told
    named = caller.post("/v1/analyze", analyses="faces,age-and-gender", keep="false").get_json()
    assert list(named["results"]) == ["faces"]
    assert named["problems"]["age-and-gender"]["code"] == "task-disabled"
    alone = caller.post("/v1/analyze", analyses="age-and-gender", keep="false")
    caller.problem(alone, 403, "task-disabled")


def listed(caller: Any) -> dict[str, Any]:
    models = caller.http.get("/v1/models").get_json()["models"]
    return next(model for model in models if model["id"] == "age-and-gender")


def test_the_models_and_the_document_say_whether_it_is_on(client: Callable[..., Any]) -> None:
    off, on = client(), client(age_and_gender="yes")
    assert (listed(off)["tasks"], listed(off)["switched_off"]) == ([], ["age-and-gender"])
    assert (listed(on)["tasks"], listed(on)["switched_off"]) == (["age-and-gender"], [])
    assert (listed(off)["default_of"], listed(on)["default_of"]) == ([], ["age-and-gender"])
    for caller, tag, said in ((off, "switched off", True), (on, "tasks", False)):
        document = caller.http.get("/v1/openapi.json").get_json()
        operation = document["paths"][PATH]["post"]
        assert operation["tags"] == [tag]
        assert ("--age-and-gender yes" in operation["description"]) == said
        page = caller.http.get("/docs").get_data(as_text=True)
        assert ("look like (switched off here)" in page) == said
        assert "task-disabled" in operation["responses"]["403"]["description"]


def test_on_without_weights_it_says_what_to_pull(client: Callable[..., Any]) -> None:
    caller = client(age_and_gender="yes")
    record = caller.problem(caller.post(PATH), 503, "weights-missing")
    assert PULL in record["detail"]
    plain = caller.post("/v1/analyze", keep="false").get_json()
    assert "age-and-gender" in plain["skipped"]
    named = caller.post("/v1/analyze", analyses="faces,age-and-gender", keep="false").get_json()
    assert PULL in named["problems"]["age-and-gender"]["detail"]
