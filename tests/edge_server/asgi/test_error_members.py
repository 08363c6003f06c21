from __future__ import annotations

from typing import Any

import pytest

from edge_server.asgi.error_members import error_members
from edge_server.asgi.refusing import problem_headers, problem_record
from edge_server.problems import EmptyImage, Overloaded, UrlNotAllowed

PROBLEM = EmptyImage("no bytes: send a file")
SENTENCE = {"error": PROBLEM.detail}


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("/v1/cut", {}),
        ("/", {}),
        ("", {}),
        ("/v2", SENTENCE),
        ("/v2/models/x/infer", SENTENCE),
        ("/v22", {}),
        ("/img2img/depth-bts/", SENTENCE),
        ("/urlimg2img/depth-bts", SENTENCE),
        ("/objdet/efficientdet-d4/", SENTENCE),
        ("/depth/depth-bts/", SENTENCE),
        ("/depths", {}),
        ("/cut", {"error": True, "message": PROBLEM.detail}),
        ("/cutlery", {}),
        ("/remove", {"error": True, "message": PROBLEM.detail, "error_id": "003"}),
        ("/upload", SENTENCE),
        ("/upload/0123", SENTENCE),
        ("/do_data_science", SENTENCE),
        ("/do_data_science_url", SENTENCE),
        ("/smart-filter", {}),
    ],
)
def test_a_client_finds_the_error_where_it_looks(path: str, members: dict[str, Any]) -> None:
    assert error_members(PROBLEM, path) == members
    record = problem_record(PROBLEM, "id", path)
    assert record | members == record
    assert (record["code"], record["status"]) == ("empty-image", 400)
    kind = "application/json" if members else "application/problem+json"
    assert problem_headers(PROBLEM, path)["Content-Type"] == kind


def test_objectcuts_numbers_say_whose_fault_it_is() -> None:
    ours, address = Overloaded("busy"), UrlNotAllowed("not this one")
    assert error_members(ours, "/remove")["error_id"] == "001"
    assert error_members(address, "/remove/")["error_id"] == "002"
