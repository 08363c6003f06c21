from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from select import select
from typing import Any

import pytest

from edge_server.asgi.guard import RequestHead
from edge_server.asgi.refusing import Written, written
from edge_server.problems import Overloaded

POST = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


def answer(content: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = content.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body) if body.startswith(b"{") else {}


def test_a_whole_body_goes_through(start: Callable[..., Any]) -> None:
    status, record = answer(start().raw(POST + b"Content-Length: 5\r\n\r\nhello"))
    assert (status, record["bytes"]) == (200, 5)


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        (b"Content-Length: 1001\r\n", b"", 413, "body-too-large"),
        (b"Content-Length: 3\r\nContent-Encoding: gzip\r\n", b"", 415, None),
        (b"Transfer-Encoding: chunked\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n", 413, None),
    ],
)
def test_what_is_refused_is_not_waited_for(
    start: Callable[..., Any], headers: bytes, body: bytes, status: int, code: str | None
) -> None:
    server = start(max_body_bytes=1000)
    began = time.monotonic()
    got, record = answer(server.raw(POST + headers + b"\r\n" + body))
    assert time.monotonic() - began < 12  # a body has fifteen
    assert got == status
    assert code in {None, record["code"]}
    assert server.seen.requests == []


def test_who_reads_only_once_all_is_sent_gets_the_answer_too(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As proxies do: closed at once over what they still send, the connection is reset."""
    for name in ("LINGER_SECONDS", "SILENCE_SECONDS"):  # however slowly this is sent
        monkeypatch.setattr(f"edge_server.asgi.refusing.{name}", 60.0)
    with start(max_body_bytes=1000).connect() as connection:
        connection.sendall(POST + b"Content-Length: 30000000\r\n\r\n")
        for _ in range(30):
            connection.sendall(bytes(1_000_000))
        with connection.makefile("rb") as reader:
            got, record = answer(reader.read())
    assert (got, record["code"]) == (413, "body-too-large")


def test_a_body_that_there_is_no_memory_for(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start()
    body = POST + b"Content-Length: 5\r\n\r\nhello"

    def none(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("edge_server.asgi.guard.BodyGuard._all", none)
        status, record = answer(server.raw(body))
    assert (status, record["code"]) == (503, "memory")
    with monkeypatch.context() as patched:  # where the bytes are read from the connection
        patched.setattr("edge_server.asgi.listening.PatientProtocol.on_body", none)
        status, record = answer(server.raw(body))
    assert (status, record["code"]) == (503, "memory")
    assert server.seen.requests == []
    assert answer(server.raw(body))[0] == 200


def test_an_expected_body_that_is_too_large_is_never_asked_for(
    start: Callable[..., Any],
) -> None:
    head = POST + b"Expect: 100-continue\r\nContent-Length: 99999\r\n\r\n"
    content = start(max_body_bytes=1000).raw(head)
    assert content.startswith(b"HTTP/1.1 413")


def test_bodies_that_do_not_come_keep_nobody_waiting(start: Callable[..., Any]) -> None:
    server = start(body_seconds=60.0, request_threads=2)
    slow = eight_bodies(server)
    assert answer(server.raw(POST + b"Content-Length: 2\r\n\r\nhi"))[0] == 200
    assert not select(slow, [], [], 0)[0]
    for connection in slow:
        connection.close()


def test_a_body_that_comes_byte_by_byte_is_cut_off(start: Callable[..., Any]) -> None:
    began = time.monotonic()
    slow = eight_bodies(start(body_seconds=1.0, request_threads=2))
    while waiting := set(slow) - set(select(slow, [], [], 0.02)[0]):
        assert time.monotonic() - began < 10
        for connection in waiting:
            connection.sendall(b"x")
    statuses = [answer(drained(connection))[0] for connection in slow]
    assert statuses == [408] * 8


def eight_bodies(server: Any) -> list[socket.socket]:
    """Of so many bytes that they would take ten seconds; one byte of each is there."""
    slow = [server.connect() for _ in range(8)]
    for connection in slow:
        connection.sendall(POST + b"Content-Length: 50000\r\n\r\nx")
    return slow


def drained(connection: socket.socket) -> bytes:
    parts = []
    with connection, suppress(ConnectionResetError):  # over a byte that came too late
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_who_hangs_up_before_the_body_is_whole_is_not_answered(
    start: Callable[..., Any],
) -> None:
    server = start()
    connection = server.connect()
    connection.sendall(POST + b"Content-Length: 500\r\n\r\nabc")
    connection.close()
    assert answer(server.raw(POST + b"Content-Length: 0\r\n\r\n"))[0] == 200
    assert server.seen.requests == ["/echo"]


def test_an_early_refusal_takes_no_body_and_keeps_the_connection(
    start: Callable[..., Any],
) -> None:
    busy: list[bytes] = []

    def early(head: RequestHead) -> Written | None:
        busy.append(head.headers[b"content-length"])
        assert (head.method, head.path, head.query) == ("POST", "/echo", b"a=%20b")
        if len(busy) > 1:
            return None
        refused = written(Overloaded("busy", retry_after=1), head.path)
        refused.headers["X-Also"] = "this"
        return refused

    server = start(early=early)
    last = POST.replace(b"/echo", b"/echo?a=%20b")
    body = b"x" * 300_000
    kept = b"POST /echo?a=%20b HTTP/1.1\r\nHost: localhost\r\n"
    with server.connect() as connection:
        connection.sendall(kept + b"Content-Length: 300000\r\n\r\n" + body[:1000])
        connection.sendall(body[1000:])  # a client that does not look before it has sent all
        connection.sendall(last + b"Content-Length: 5\r\n\r\nhello")
        with connection.makefile("rb") as reader:
            first, _, second = reader.read().partition(b"HTTP/1.1 200 OK\r\n")
    status, record = answer(first)
    assert (status, record["code"]) == (503, "overloaded")
    assert b"retry-after: 1" in first.lower()
    assert b"x-also: this" in first.lower()
    status, record = answer(b"HTTP/1.1 200 OK\r\n" + second)
    assert (status, record["bytes"]) == (200, 5)
    assert len(server.seen.requests) == 1
