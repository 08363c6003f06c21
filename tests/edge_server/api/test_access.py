from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("given", "host", "status"),
    [
        ({}, "localhost", 200),
        ({}, "127.0.0.1:8000", 200),
        ({}, "[::1]:8000", 200),
        ({}, "evil.example", 400),
        ({}, "localhost.evil.example", 400),
        ({"hosts": ("api.example",)}, "api.example:443", 200),
        ({"hosts": ("api.example",)}, "localhost", 400),
        ({"host": "10.0.0.1"}, "anything.example", 200),
    ],
)
def test_the_host_has_to_be_ours(
    given: dict[str, Any], host: str, status: int, client: Callable[..., Any]
) -> None:
    http = client(**given).http
    assert http.get("/", headers={"Host": host}).status_code == status
    assert http.get("/readyz", headers={"Host": host}).status_code == 200  # a proxy's own name


def test_beyond_loopback_a_key_is_needed(client: Callable[..., Any]) -> None:
    caller = client(host="10.0.0.1")
    response = caller.http.get("/v1/models")
    caller.problem(response, 401, "unauthenticated")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    key = caller.services.keys.add("phone")
    for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
        assert caller.http.get("/v1/models", headers=headers).status_code == 200
    wrong = caller.http.get("/v1/models", headers={"X-API-Key": key[:-2] + "xx"})
    caller.problem(wrong, 401, "unauthenticated")
    caller.problem(caller.http.get(f"/v1/models?key={key}"), 400, "malformed-request")
    assert caller.http.get("/healthz").status_code == 200


def test_numbers_are_for_admins(client: Callable[..., Any]) -> None:
    caller = client(host="10.0.0.1")
    phone, admin = (caller.services.keys.add("x", (s,)) for s in ("infer", "admin"))
    caller.problem(caller.http.get("/metrics"), 401, "unauthenticated")
    caller.problem(caller.http.get("/metrics", headers={"X-API-Key": phone}), 403, "forbidden")
    assert caller.http.get("/metrics", headers={"X-API-Key": admin}).status_code == 200
    assert client().http.get("/metrics").status_code == 200


def test_a_rate_is_each_callers_own(client: Callable[..., Any]) -> None:
    caller = client(requests_per_minute=3)
    keys = [{"X-API-Key": caller.services.keys.add(name)} for name in "ab"]
    first = [caller.http.get("/v1/models", headers=keys[0]).status_code for _ in range(4)]
    assert first == [200, 200, 200, 429]
    limited = caller.http.get("/v1/models", headers=keys[0])
    assert int(limited.headers["Retry-After"]) > 0
    assert caller.http.get("/v1/models", headers=keys[1]).status_code == 200
    # a header that anybody can write is no other address
    spoofed = [
        caller.http.get("/v1/models", headers={"X-Forwarded-For": f"1.2.3.{n}"}).status_code
        for n in range(4)
    ]
    assert spoofed == [200, 200, 200, 429]


def test_who_has_a_rate_is_told_what_is_left_of_it(client: Callable[..., Any]) -> None:
    limited = client(requests_per_minute=3).http.get("/v1/models")
    assert limited.headers["RateLimit-Remaining"] == "2"
    without = client(requests_per_minute=0).http.get("/v1/models")
    assert without.status_code == 200
    assert "RateLimit-Remaining" not in without.headers  # 0 would be that nothing is left


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_other_origins_are_not_let_in(origin: str, client: Callable[..., Any]) -> None:
    caller = client(cors_origins=("https://app.example",))
    response = caller.http.get("/healthz", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_the_named_origin_is(client: Callable[..., Any]) -> None:
    caller = client(cors_origins=("https://app.example",))
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    response = caller.http.options("/v1/faces", headers=headers)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Access-Control-Allow-Credentials" not in response.headers
    sent = response.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Content-Type", "Idempotency-Key", "X-Deadline-Ms"} <= set(sent)
    assert response.headers["Access-Control-Expose-Headers"] == "Retry-After"
