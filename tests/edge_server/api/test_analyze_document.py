from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsonschema_rs import validator_for


def test_the_operation_names_every_analysis_and_every_form(client: Callable[..., Any]) -> None:
    page = client().http.get("/v1/openapi.json").get_json()
    operation = page["paths"]["/v1/analyze"]["post"]
    parameters = {one["name"]: one["schema"] for one in operation["parameters"]}
    assert {"all", "faces", "objects", "depth"} <= set(parameters["analyses"]["items"]["enum"])
    assert "style" not in parameters["analyses"]["items"]["enum"]
    assert parameters["keep"]["default"] is True
    answers = operation["responses"]["200"]["content"]
    assert {"application/json", "text/event-stream", "image/png"} <= set(answers)
    assert {"400", "415", "422", "503"} <= set(operation["responses"])


def test_an_answer_is_what_the_document_says(client: Callable[..., Any]) -> None:
    caller = client()
    page = caller.http.get("/v1/openapi.json").get_json()
    schema = page["components"]["schemas"]["Analysis"] | {"components": page["components"]}
    answer = caller.post("/v1/analyze", analyses="faces,depth", picture="png").get_json()
    assert set(answer["problems"]) == {"depth"}
    check = validator_for(schema)
    check.validate(answer)
    assert not check.is_valid(answer | {"more": 1})
    assert not check.is_valid(answer | {"results": {"faces": {}}})
