"""What the document says of people is what the addresses take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def paths(client: Callable[..., Any]) -> Any:
    return client().http.get("/v1/openapi.json").get_json()["paths"]


def test_the_task_and_the_list_share_an_address(paths: Any) -> None:
    assert set(paths["/v1/people"]) == {"get", "post"}
    assert paths["/v1/people"]["post"]["operationId"] == "people"


def test_consent_is_described(paths: Any) -> None:
    operation = paths["/v1/people/enrolments"]["post"]
    assert "consent_by" in operation["description"]
    content = operation["requestBody"]["content"]
    for form in ("multipart/form-data", "application/json"):
        fields = content[form]["schema"]["properties"]
        named = {"name", "consent_by", "consent_at", "consent_note", "person", "face"}
        assert named <= set(fields)
    assert "image" in content["multipart/form-data"]["schema"]["properties"]
    assert "image" not in content["application/json"]["schema"]["properties"]
    assert {"required": ["face"]} in content["application/json"]["schema"]["oneOf"]
    other = paths["/v1/people/faces"]["post"]["requestBody"]["content"]["application/json"]
    assert {"required": ["face"]} not in other["schema"]["oneOf"]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/v1/people/enrolments", "post", "201"),
        ("/v1/people/verify", "post", "200"),
        ("/v1/people/{person_id}", "get", "200"),
        ("/v1/people/{person_id}", "patch", "200"),
        ("/v1/people/{person_id}", "delete", "204"),
        ("/v1/people/{person_id}/chip", "get", "200"),
        ("/v1/people/faces", "post", "201"),
        ("/v1/people/faces/{face_id}/chip", "get", "200"),
        ("/v1/people/photos/{photo_id}", "post", "201"),
        ("/v1/people/photos/{photo_id}", "delete", "204"),
        ("/v1/people/clusters", "get", "200"),
        ("/v1/people/decisions", "post", "201"),
        ("/v1/people/decisions/{decision_id}", "delete", "204"),
    ],
)
def test_each_says_what_it_answers(paths: Any, path: str, method: str, status: str) -> None:
    responses = paths[path][method]["responses"]
    assert {code for code in responses if code < "300"} == {status}
    assert {"401", "403", "404", "503"} <= set(responses)
