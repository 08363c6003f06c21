from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from select import select
from typing import Any

import pytest

GET = b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
WAIT = (
    b"POST /wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


def test_headers_have_so_long(start: Callable[..., Any], until: Callable[..., None]) -> None:
    server = start(header_seconds=60.0)
    began = time.monotonic()
    slow = server.connect()
    until(lambda: server.listener.server_state.connections)
    server.protocol.header_seconds = 0.5  # from the first byte on, and for those who come
    slow.sendall(b"GET /echo HTTP/1.1\r\nHost: loc")
    silent = server.connect()
    assert silent.recv(10) == b""
    assert slow.recv(10) == b""
    assert time.monotonic() - began < 20
    silent.close()
    slow.close()
    server.protocol.header_seconds = 60.0
    assert server.raw(GET).startswith(b"HTTP/1.1 200")


def test_two_hundred_silent_connections_hold_nobody_up(
    start: Callable[..., Any], until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(header_seconds=2.0)
    came: list[object] = []
    made = server.protocol.connection_made

    def counted(self: Any, transport: Any) -> None:
        made(self, transport)
        came.append(transport)

    monkeypatch.setattr(server.protocol, "connection_made", counted)
    silent = [server.connect() for _ in range(200)]
    until(lambda: len(came) == 200)
    server.protocol.header_seconds = 60.0
    assert server.raw(GET).startswith(b"HTTP/1.1 200")
    for connection in silent:
        assert connection.recv(10) == b""
        connection.close()


def test_more_connections_than_allowed_are_closed(
    start: Callable[..., Any], until: Callable[..., None]
) -> None:
    server = start(max_connections=3)
    connections = server.listener.server_state.connections
    held = [server.connect() for _ in range(3)]
    until(lambda: len(connections) == 3)
    with suppress(ConnectionError):
        assert server.raw(GET) == b""
    for connection in held:
        connection.close()
    until(lambda: not connections)
    assert server.raw(GET).startswith(b"HTTP/1.1 200")


def large(server: Any, size: int) -> threading.Event:
    """Whatever is asked, the answer has so many bytes; set once it is asked for."""
    asked = threading.Event()

    def answer(_environ: Any, begin: Any) -> list[bytes]:
        asked.set()
        begin("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    server.listener.bridge._wsgi = answer
    return asked


def test_who_does_not_read_is_given_up(
    start: Callable[..., Any], until: Callable[..., None]
) -> None:
    server = start(send_seconds=0.3)
    asked = large(server, 10_000_000)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(GET)
        assert asked.wait(20)
        until(lambda: not server.listener.server_state.connections)


def test_who_reads_slowly_is_waited_for(
    start: Callable[..., Any], until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By looks that come whenever some of the answer was read, however long that took."""
    server = start(send_seconds=1.0)
    looks: list[Any] = []
    large(server, 10_000_000)

    def looked(self: Any) -> None:
        looks.append(self)

    monkeypatch.setattr(server.protocol, "_look_again", looked)

    def look() -> None:
        at, one = len(looks), looks[0]
        server.listener.loop.call_soon_threadsafe(one._check_reading)
        until(lambda: len(looks) > at or one.transport.is_closing())

    got = 0
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(GET)
        while part := connection.recv(65536):
            if got // 1_000_000 < (got := got + len(part)) // 1_000_000:
                look()
    assert got > 10_000_000
    assert len(looks) > 5


def test_headers_have_so_many_bytes(start: Callable[..., Any]) -> None:
    head = b"GET /echo HTTP/1.1\r\nHost: localhost\r\nX-Big: " + b"x" * 20_000 + b"\r\n\r\n"
    assert start().raw(head).startswith(b"HTTP/1.1 431")
    long = b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert start().raw(long).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(
    ("begun", "status"),
    [(GET[:-4] + b"\r\nX: " + b"x" * 20_000, 431), (b"\x16\x03\x01\r\n", 400)],
)
def test_what_is_still_sent_does_not_take_the_refusal_away(
    start: Callable[..., Any], begun: bytes, status: int
) -> None:
    with start().connect() as connection:
        connection.sendall(begun)
        assert select([connection], [], [], 20)[0]  # it is answered, but not all was sent
        for _ in range(5):
            connection.sendall(b"x" * 10_000)
        connection.shutdown(socket.SHUT_WR)
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 %d" % status)
    assert answer.count(b"HTTP/1.1") == 1
    assert answer.endswith(b"}")


def received(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as reader:
        return reader.read()


def test_who_goes_on_sending_what_was_refused_is_closed(
    start: Callable[..., Any], until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_server.asgi.listening.LINGER_SECONDS", 0.2)
    server = start()
    with server.connect() as connection:
        connection.sendall(b"\x16\x03\x01\r\n")
        assert received(connection).startswith(b"HTTP/1.1 400")
        until(lambda: not server.listener.server_state.connections)


def test_what_is_no_request_is_answered_as_a_problem(start: Callable[..., Any]) -> None:
    server = start()
    for content, code in [
        (b"\x16\x03\x01 hello\r\n\r\n", b"malformed-request"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000, b"headers-too-large"),
    ]:
        answer = server.raw(content)
        assert answer.count(b"HTTP/1.1") == 1
        assert b"x-request-id" in answer.lower()
        assert b"Connection: close" in answer
        assert b"urn:pocketlens:problem:" + code in answer


def test_two_lengths_are_no_request(start: Callable[..., Any]) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
    smuggled = head + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET
    content = start().raw(smuggled)
    assert content.startswith(b"HTTP/1.1 400")
    assert content.count(b"HTTP/1.1") == 1


def test_pipelined_requests_are_answered_in_order(start: Callable[..., Any]) -> None:
    each = b"GET /echo?n=%d HTTP/1.1\r\nHost: localhost\r\n\r\n"
    content = start().raw(b"".join(each % n for n in range(5)) + GET)
    places = [content.find(b'"n":"%d"' % n) for n in range(5)]
    assert places == sorted(places)
    assert min(places) > 0


def test_draining_finishes_what_runs_and_refuses_the_rest(
    start: Callable[..., Any], until: Callable[..., None]
) -> None:
    server = start()
    running = server.connect()
    running.sendall(WAIT)
    assert server.seen.running.wait(20)
    loop = server.listener.loop
    loop.call_soon_threadsafe(server.listener.handle_exit, signal.SIGTERM, None)
    until(lambda: server.listener.bridge.draining)
    refused = server.raw(GET)
    assert refused.startswith(b"HTTP/1.1 503")
    assert b"retry-after" in refused
    assert b'"draining"' in refused
    server.seen.release.set()
    assert running.recv(100).startswith(b"HTTP/1.1 200")
    running.close()
    until(lambda: server.listener.should_exit)


def test_the_second_signal_does_not_wait(
    start: Callable[..., Any], until: Callable[..., None]
) -> None:
    server = start()
    running = server.connect()
    running.sendall(WAIT)
    assert server.seen.running.wait(20)
    for _ in range(2):
        server.listener.loop.call_soon_threadsafe(
            server.listener.handle_exit, signal.SIGTERM, None
        )
    until(lambda: server.listener.force_exit)
    server.seen.release.set()
    running.close()


def test_a_signal_waits_for_nothing_that_it_interrupts(
    start: Callable[..., Any], until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, held = start(), threading.Lock()
    drained: list[bool] = []
    monkeypatch.setattr(
        server.listener, "_on_drain", lambda: drained.append(held.acquire(timeout=20))
    )
    with held:  # as what a signal interrupts may hold what draining needs
        server.listener.handle_exit(signal.SIGTERM, None)
    until(lambda: drained)
    assert drained == [True]


@pytest.mark.parametrize("signals", [1, 2])
def test_what_takes_longer_than_the_drain_is_given_up_and_told_so(
    signals: int, start: Callable[..., Any], until: Callable[..., None]
) -> None:
    def give_up() -> None:
        server.seen.release.set()

    server = start(drain_seconds=0.1 if signals == 1 else 60.0, give_up=give_up)
    running = server.connect()
    running.sendall(WAIT)
    assert server.seen.running.wait(20)
    for _ in range(signals):
        server.listener.loop.call_soon_threadsafe(
            server.listener.handle_exit, signal.SIGTERM, None
        )
    until(lambda: server.listener.should_exit)
    assert server.seen.release.wait(20)
    assert server.listener.gave_up
    if signals == 1:
        assert running.recv(100).startswith(b"HTTP/1.1 200")
    running.close()


def test_what_ends_in_time_is_not_given_up(
    start: Callable[..., Any], until: Callable[..., None]
) -> None:
    server = start()
    server.listener.loop.call_soon_threadsafe(server.listener.handle_exit, signal.SIGTERM, None)
    until(lambda: server.listener.should_exit)
    assert not server.listener.gave_up
