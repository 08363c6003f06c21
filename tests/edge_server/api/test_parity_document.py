from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_server.api.parity_document import parity_schemas


def test_parity_is_in_the_document_and_on_the_page(client: Callable[..., Any]) -> None:
    http = client().http
    page = http.get("/v1/openapi.json").get_json()
    operation = page["paths"]["/v1/parity"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "multipart/form-data",
        "application/zip",
    }
    assert {one["name"] for one in operation["parameters"]} >= {"teacher", "X-Deadline-Ms"}
    assert {"200", "400", "413", "422", "503"} <= set(operation["responses"])
    assert "`dump-too-large`" in operation["responses"]["422"]["description"]
    text = http.get("/docs").get_data(as_text=True)
    assert "POST /v1/parity" in text


def test_every_record_of_the_answer_is_described() -> None:
    schemas = parity_schemas()
    assert {"Parity", "StageReport", "Finding", "TeacherReport"} == set(schemas)
    assert schemas["Parity"]["properties"]["healthy"] == {"type": "boolean"}
