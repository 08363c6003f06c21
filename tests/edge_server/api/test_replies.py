from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("task", "accept", "given"),
    [
        ("faces", "*/*", "application/json"),
        ("faces", "image/*", "image/png"),
        ("faces", "image/jpeg, application/json;q=0.5", "image/jpeg"),
        ("segment", "*/*", "image/png"),
        ("segment", "application/json", "application/json"),
        ("background", "text/html,image/avif,image/webp,*/*;q=0.8", "image/webp"),
    ],
)
def test_accept_chooses(task: str, accept: str, given: str, client: Callable[..., Any]) -> None:
    assert client().post(f"/v1/{task}", headers={"Accept": accept}).mimetype == given


def test_what_nobody_can_give_is_said_before_anything_is_computed(
    client: Callable[..., Any],
) -> None:
    caller = client()
    before = caller.http.get("/readyz").get_json()
    response = caller.post("/v1/faces", headers={"Accept": "text/html"})
    record = caller.problem(response, 406, "not-acceptable")
    assert "application/json" in record["detail"]
    assert caller.http.get("/readyz").get_json() == before


def test_a_transparent_jpeg_is_refused(client: Callable[..., Any]) -> None:
    caller = client()
    response = caller.post("/v1/background", headers={"Accept": "image/jpeg"})
    caller.problem(response, 406, "not-acceptable")
    coloured = caller.post(
        "/v1/background", background="white", headers={"Accept": "image/jpeg"}
    )
    assert coloured.mimetype == "image/jpeg"
