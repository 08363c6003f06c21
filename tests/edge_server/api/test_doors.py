"""Which addresses refuse early, and that nobody is refused there who would have been served."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from edge_server.analysis.analyses import Analyses
from edge_server.api.app import Services, create_app
from edge_server.api.doors import analyzed
from edge_server.asgi.guard import RequestHead
from edge_server.asgi.listening import Listener
from edge_server.engine.counting import Tally
from edge_server.engine.interface import Deadline
from edge_server.engine.local import LocalEngine
from edge_server.parents.cloud_vision import DETECTORS, MODELS
from edge_server.problems import InvalidParameter, Overloaded, UnknownName
from edge_server.running import services_for
from edge_server.settings import Settings

LIGHT, HEAVY = False, True
SITE = "https://front.example"
FORM = "multipart/form-data; boundary=b"
BODY = b"x" * 300_000


@contextmanager
def full(services: Services, *heavies: bool) -> Iterator[None]:
    """As many inside these gates as there is room for, and one refused."""
    with ExitStack() as inside:
        for heavy in heavies:
            gate = services.gates[heavy]
            for _ in range(gate._permits):
                inside.enter_context(gate.passed(Deadline.after(60)))
            with pytest.raises(Overloaded):
                gate._enter(Deadline.after(60))
        yield


@dataclass
class Listened:
    """The real application behind the real listener."""

    services: Services
    port: int

    def head(self, line: str, **headers: str) -> bytes:
        lines = [f"{line} HTTP/1.1", f"Host: localhost:{self.port}"]
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        lines += [f"{name}: {text}" for name, text in named.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def asked(self, *parts: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the first answer to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            for part in parts:
                connection.sendall(part)
            with connection.makefile("rb") as reader:
                status = int(reader.readline().split()[1])
                headers = {}
                while line := reader.readline().strip().decode():
                    name, _, text = line.partition(": ")
                    headers[name.lower()] = text
                return status, headers, reader.read(int(headers.get("content-length", 0)))


@pytest.fixture(scope="module")
def server(
    engine: tuple[LocalEngine, Tally], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Listened]:
    settings = Settings(
        data=str(tmp_path_factory.mktemp("data")),
        port=0,
        threads=1,
        waiting=0,
        requests_per_minute=0,
        cors_origins=(SITE,),
    )
    services = services_for(settings, *engine, lambda: False)
    box: list[Listener] = []

    async def serve() -> None:
        box.append(Listener(settings, create_app(services), lambda: None, services.early))
        await box[0].serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    end = time.monotonic() + 20
    while not box or not box[0].started:
        assert time.monotonic() < end
        time.sleep(0.01)
    yield Listened(services, int(box[0].address().rsplit(":", 1)[1]))
    box[0].should_exit = True
    thread.join(10)
    assert not thread.is_alive()
    box[0].bridge.close()
    services.jobs.stop()
    store = vars(services).get("store")
    if store is not None:
        store.close()


@pytest.fixture(autouse=True)
def a_clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that is overloaded stays so, however long a test is held up."""
    monkeypatch.setattr("edge_server.api.gate.monotonic", lambda: 1000.0)


PROBLEM, JSON = "application/problem+json", "application/json"


@pytest.mark.parametrize(
    ("line", "kind", "heavies", "told"),
    [
        ("POST /v1/classify", FORM, [LIGHT], PROBLEM),
        ("POST /v1/photos", FORM, [LIGHT], PROBLEM),
        ("POST /v1/search", FORM, [LIGHT], PROBLEM),
        ("POST /v1/analyze/batch", FORM, [LIGHT], PROBLEM),
        ("POST /v1/parity", "application/zip", [HEAVY], PROBLEM),
        ("POST /v1/people/faces", FORM, [HEAVY], PROBLEM),
        ("POST /v1/analyze?analyses=faces,classify", "image/jpeg", [LIGHT], PROBLEM),
        ("POST /v1/analyze?analyses=faces", JSON, [LIGHT], PROBLEM),
        ("POST /v1/analyze", "image/jpeg", [LIGHT], PROBLEM),
        ("POST /v1/analyze?analyses=caption", FORM, [HEAVY], PROBLEM),
        ("POST /v1/analyze", FORM, [LIGHT, HEAVY], PROBLEM),
        ("POST /v2/models/faces/infer", JSON, [LIGHT], {"error"}),
        ("POST /v2/models/depth/versions/1/infer", JSON, [HEAVY], {"error"}),
        ("POST /img2img/binseg-3/", FORM, [LIGHT], {"error"}),
        ("POST /img2img/depth-bts", FORM, [HEAVY], {"error"}),
        ("POST /urlimg2img/styletransf-1/", JSON, [LIGHT], {"error"}),
        ("POST /cut", FORM, [HEAVY], {"error", "message"}),
        ("POST /remove", FORM, [HEAVY], {"error", "message", "error_id"}),
        ("POST /objdet/efficientdet-d4/", FORM, [LIGHT], {"error"}),
        ("POST /depth/depth-bts", FORM, [HEAVY], {"error"}),
        ("POST /", FORM, [LIGHT], PROBLEM),
        ("POST /smart-filter", FORM, [LIGHT], PROBLEM),
        ("POST /upload", FORM, [LIGHT], {"error"}),
        ("POST /do_data_science", FORM, [LIGHT], {"error"}),
    ],
)
def test_the_head_is_enough_and_no_body_is_taken(
    line: str, kind: str, heavies: list[bool], told: Any, server: Listened
) -> None:
    head = server.head(line, content_type=kind, content_length=str(len(BODY)))
    if line in {"POST /cut", "POST /remove"}:
        heavies = [_gate_of_cut(server.services)]
    with full(server.services, *heavies):
        status, headers, body = server.asked(head, BODY[:1000])
    record = json.loads(body)
    assert (status, record["code"], record["status"]) == (503, "overloaded", 503)
    assert headers["retry-after"] == "1"
    assert headers["cache-control"] == "no-store"
    assert record["instance"] == f"urn:uuid:{headers['x-request-id']}"
    if told == PROBLEM:
        assert headers["content-type"] == PROBLEM
        assert "error" not in record
    else:
        assert headers["content-type"] == JSON
        assert told <= set(record)
        assert record["error"] is True if "message" in told else record["error"]
    status, _, _ = server.asked(head, BODY)  # there is room again: it is read
    assert status not in {429, 503}


def _gate_of_cut(services: Services) -> bool:
    return next(task.heavy for task in services.tasks if task.name == "cut")


@pytest.mark.parametrize(
    ("line", "headers", "heavies"),
    [
        ("POST /v1/photos", {}, [HEAVY]),
        ("POST /v1/parity", {}, [LIGHT]),
        ("POST /img2img/binseg-3/", {}, [HEAVY]),
        ("POST /v1/analyze?analyses=faces", {}, [HEAVY]),
        ("POST /v1/analyze", {}, [HEAVY]),
        ("POST /v1/analyze?analyses=caption", {}, [LIGHT]),
        ("GET /v1/people", {}, [LIGHT, HEAVY]),
        ("GET /v1/photos", {}, [LIGHT, HEAVY]),
        ("GET /v1/photos/" + "0" * 32, {}, [LIGHT, HEAVY]),
        ("GET /upload", {}, [LIGHT, HEAVY]),
        ("OPTIONS /v1/classify", {"origin": SITE}, [LIGHT, HEAVY]),
        ("POST /img2img/no-such-model/", {}, [LIGHT, HEAVY]),
        ("POST /v1/analyze?analyses=nothing", {}, [LIGHT, HEAVY]),
    ],
)
def test_who_would_not_be_refused_comes_in(
    line: str, headers: dict[str, str], heavies: list[bool], server: Listened
) -> None:
    sent = {"content_length": "0"} | headers
    with full(server.services, *heavies):
        status, _, body = server.asked(server.head(line, **sent))
    assert status not in {429, 503}, body


@pytest.mark.parametrize("path", ["/", "/smart-filter", "/upload"])
def test_a_browser_is_shown_the_page_that_the_thread_shows(
    path: str, server: Listened, client: Callable[..., Any]
) -> None:
    likes = {"accept": "text/html,*/*;q=0.8", "origin": SITE}
    sent = {"content_type": FORM, "content_length": str(len(BODY))}
    with full(server.services, LIGHT):
        status, headers, body = server.asked(server.head(f"POST {path}", **likes, **sent))
    caller = client(threads=1, waiting=0, cors_origins=(SITE,))
    with full(caller.services, LIGHT):
        shown = caller.http.post(path, headers=likes)
    assert (status, body) == (503, shown.get_data())
    assert b"the server is busy" in body
    for name in (
        "Access-Control-Allow-Origin",
        "Cache-Control",
        "Content-Security-Policy",
        "Content-Type",
        "Referrer-Policy",
        "Retry-After",
    ):
        assert headers[name.lower()] == shown.headers[name]


def test_the_connection_stays_and_the_body_is_dropped(server: Listened) -> None:
    head = server.head("POST /cut", content_type=FORM, content_length=str(len(BODY)))
    last = server.head("GET /healthz", connection="close")
    heavy = _gate_of_cut(server.services)
    address = ("127.0.0.1", server.port)
    with (
        full(server.services, heavy),
        socket.create_connection(address, timeout=20) as connection,
    ):
        connection.sendall(head + BODY)
        connection.sendall(last)
        with connection.makefile("rb") as reader:
            first, _, second = reader.read().partition(b"HTTP/1.1 200 OK\r\n")
    assert first.startswith(b"HTTP/1.1 503")
    assert b'"error":true' in first
    assert b"alive" in second


def test_every_door_is_that_of_its_address(client: Callable[..., Any]) -> None:
    """What is refused early is what the thread refuses, in the same words; and the other way
    round, but for what only the body of ``/v1/analyze`` tells."""
    caller = client(threads=1, waiting=0, requests_per_minute=0)
    services, adapter = caller.services, caller.http.application.url_map.bind("localhost")
    refused = dict.fromkeys((LIGHT, HEAVY), 0)
    for (method, path), door in services.early.doors.items():
        rule, _ = adapter.match(path, method=method, return_rule=True)
        assert rule.rule == door.route
        for heavy in (LIGHT, HEAVY):
            with full(services, heavy):
                response = caller.http.open(path, method=method, json={})
                early = services.early(_json_head(method, path))
            record = response.get_json(force=True)
            if path != "/v1/analyze":
                assert (early is not None) == (record.get("code") == "overloaded"), path
            if early is not None:
                refused[heavy] += 1
                told = json.loads(early.body)
                assert (early.status, told | {"instance": ""}) == (
                    503,
                    record | {"instance": ""},
                )
                for name in ("Content-Type", "Cache-Control", "Retry-After"):
                    assert early.headers[name] == response.headers[name]
    assert sum(refused.values()) == len(services.early.doors) - 1
    assert min(refused.values()) > 3


def test_what_takes_a_body_and_waits_for_a_place_has_a_door(
    client: Callable[..., Any],
) -> None:
    caller = client(threads=1, waiting=0, requests_per_minute=0)
    services, rules = caller.services, caller.http.application.url_map.iter_rules()
    named = {*MODELS, *DETECTORS, *(task.name for task in services.tasks)}
    paths = {
        re.sub(r"<(?:[^:<>]+:)?version>", "1", rule.rule)
        for rule in rules
        if "POST" in (rule.methods or ())
    }
    paths = {re.sub(r"<[^<>]+>", name, path) for path in paths for name in named}
    refused = set()
    with full(services, LIGHT, HEAVY):
        for path in sorted(paths):
            response = caller.http.post(path, json={})
            if response.is_json and response.get_json().get("code") == "overloaded":
                refused.add(path)
                assert services.early(_json_head("POST", path)) is not None, path
    assert {"/v1/classify", "/v1/analyze", "/cut", "/semseg/semseg-3/"} <= refused


def _json_head(method: str, path: str) -> RequestHead:
    return RequestHead(method=method, path=path, headers={b"content-type": b"application/json"})


@pytest.fixture
def asked_of(client: Callable[..., Any]) -> Callable[..., set[bool]]:
    services = client().services
    analyses = Analyses.of(services.tasks, services.engine)

    def asked(query: str, kind: str) -> set[bool]:
        headers = {b"content-type": kind.encode()} if kind else {}
        head = RequestHead(
            method="POST", path="/v1/analyze", query=query.encode(), headers=headers
        )
        return set(analyzed(analyses, head))

    return asked


@pytest.mark.parametrize(
    ("query", "kind", "heavies"),
    [
        ("", "image/png", {LIGHT}),
        ("", "", {LIGHT}),
        ("image_url=https%3A%2F%2Fa.example%2Fa.png", "", {LIGHT}),
        ("", "application/octet-stream", {LIGHT}),
        ("analyses=faces&analyses=caption", "image/png", {HEAVY}),
        ("analyses=all", "Image/PNG", {HEAVY}),
        ("analyses=%63aption", FORM, {HEAVY}),
        ("analyses=faces", FORM, {LIGHT, HEAVY}),
        ("analyses=faces", "application/x-www-form-urlencoded", {LIGHT, HEAVY}),
        ("", FORM, {LIGHT, HEAVY}),
        ("", "application/json; charset=utf-8", {LIGHT, HEAVY}),
        ("analyses=faces,smile", "application/json; charset=utf-8", {LIGHT}),
        ("keep=false", "application/json", {LIGHT, HEAVY}),
    ],
)
def test_what_may_be_analyzed(
    query: str, kind: str, heavies: set[bool], asked_of: Callable[..., set[bool]]
) -> None:
    assert asked_of(query, kind) == heavies


def test_without_names_it_is_what_is_here(
    asked_of: Callable[..., set[bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {"faces", "people"}

    def versions(_self: Analyses, name: str) -> Any:
        return {} if name in here else None

    monkeypatch.setattr(Analyses, "versions", versions)
    assert asked_of("", "image/png") == {LIGHT, HEAVY}, "people are those of an owner"
    here.add("caption")
    assert asked_of("", "image/png") == {HEAVY}


@pytest.mark.parametrize("query", ["analyses=nothing", "picture=gif"])
def test_what_cannot_be_analyzed(query: str, asked_of: Callable[..., set[bool]]) -> None:
    with pytest.raises((UnknownName, InvalidParameter)):
        asked_of(query, "image/png")
