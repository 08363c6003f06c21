from __future__ import annotations

import json

import pytest
from flask import Flask, g

from edge_server.api.problem_responses import problem_response
from edge_server.problems import Overloaded, Unauthenticated

APP = Flask("x")


@pytest.mark.parametrize(
    ("path", "kind", "error"),
    [
        ("/v1/faces", "application/problem+json", None),
        ("/cut", "application/json", True),
        ("/upload", "application/json", "sign in"),
    ],
)
def test_a_problem_is_answered_in_the_shape_of_its_address(
    path: str, kind: str, error: object
) -> None:
    with APP.test_request_context(path):
        g.request_id = "0123456789"
        response = problem_response(Unauthenticated("sign in"))
    record = json.loads(response.get_data())
    assert (response.status_code, response.content_type) == (401, kind)
    assert record.get("error") == error
    assert (record["code"], record["instance"]) == ("unauthenticated", "urn:uuid:0123456789")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.headers["Cache-Control"] == "no-store"


def test_what_is_asked_too_often_says_when_to_come_again() -> None:
    with APP.test_request_context("/"):
        g.request_id = "0123456789"
        response = problem_response(Overloaded("busy", retry_after=7))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "7")
