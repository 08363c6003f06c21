from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from edge_server.asgi.bridge import Bridge, Caller, Head, environment

WAIT = (
    b"POST /wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


def test_the_environment_is_wsgis() -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/café/x y",
        "raw_path": b"/caf%C3%A9/x%20y?a=1",
        "query_string": b"a=1",
        "headers": [
            (b"host", b"example.org"),
            (b"content-length", b"99"),
            (b"content-type", b"image/png"),
            (b"x-twice", b"1"),
            (b"x-twice", b"2"),
        ],
        "client": ("127.0.0.9", 4),
        "server": ("127.0.0.1", 80),
    }
    environ = environment(scope, b"abc")
    assert environ["PATH_INFO"].encode("latin1").decode() == "/café/x y"
    assert environ["QUERY_STRING"] == "a=1"
    assert environ["CONTENT_LENGTH"] == "3"
    assert environ["CONTENT_TYPE"] == "image/png"
    assert environ["HTTP_X_TWICE"] == "1,2"
    assert environ["REMOTE_ADDR"] == "127.0.0.9"


def test_who_is_gone_is_told_once_and_at_once() -> None:
    caller, told = Caller(), []
    caller.when_gone(lambda: told.append("first"))
    caller.leave()
    caller.when_gone(lambda: told.append("late"))
    caller.leave()
    assert (told, caller.gone) == (["first", "late"], True)


def test_many_requests_on_one_connection(start: Callable[..., Any]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", start().port, timeout=20)
    for size in (0, 1, 70_000):
        connection.request("POST", f"/echo?n={size}", b"x" * size)
        record = json.loads(connection.getresponse().read())
        assert (record["bytes"], record["query"]) == (size, {"n": str(size)})
    connection.request("GET", "/parts")
    assert connection.getresponse().read() == b"one two three"
    connection.close()


def test_the_date_is_said_once() -> None:
    head = Head()
    head.start("200 OK", [("Date", "Sat, 21 Nov 2026 21:44:11 GMT"), ("ETag", '"1"')])
    assert head.headers == [(b"etag", b'"1"')]


def test_a_caller_who_hangs_up_is_heard_of(start: Callable[..., Any]) -> None:
    server = start()
    connection = server.connect()
    connection.sendall(WAIT)
    assert server.seen.running.wait(20)
    connection.close()
    assert server.seen.gone.wait(20)
    server.seen.release.set()


def test_more_than_can_wait_are_refused(
    start: Callable[..., Any], until: Callable[..., None]
) -> None:
    server = start(request_threads=1)
    waiting = [server.connect() for _ in range(2)]
    for connection in waiting:
        connection.sendall(WAIT)
    assert server.seen.running.wait(20)
    until(lambda: server.listener.bridge.in_flight == 2)
    refused = server.raw(WAIT)
    assert refused.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1" in refused
    server.seen.release.set()
    for connection in waiting:
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        connection.close()


def test_an_answer_nobody_reads_frees_its_thread(
    start: Callable[..., Any], until: Callable[..., None]
) -> None:
    server = start(send_seconds=0.5, request_threads=1)
    started = threading.Event()

    def endless(_environ: Any, begin: Any) -> Any:
        begin("200 OK", [("Content-Type", "text/plain")])
        started.set()
        return iter([b"x" * 1_000_000] * 50)

    server.listener.bridge._wsgi = endless
    with server.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(WAIT)
        assert started.wait(20)
        until(lambda: server.listener.bridge.in_flight == 0)


class Endless:
    """An answer in parts until ``over``; ``closed`` once whoever sends it lets go."""

    def __init__(self) -> None:
        self.closed, self.over = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        while not self.over.is_set():
            yield b"part"

    def close(self) -> None:
        self.closed.set()


def test_a_thread_that_sends_ends_with_the_server_also_while_the_loop_is_busy() -> None:
    parts, stuck, over = Endless(), asyncio.Event(), asyncio.Event()

    def application(_environ: Any, begin: Any) -> Endless:
        begin("200 OK", [])
        return parts

    async def receive() -> dict[str, Any]:
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            stuck.set()
            await over.wait()

    async def ended() -> bool:
        bridge = Bridge(application, threads=1, waiting=0)
        scope = {"method": "GET", "path": "/", "headers": []}
        asked = asyncio.create_task(bridge(scope, b"", receive, send))
        await asyncio.wait_for(stuck.wait(), 20)
        asked.cancel()
        with suppress(asyncio.CancelledError):
            await asked
        let_go = parts.closed.wait(20)  # the loop does nothing else meanwhile
        over.set()
        parts.over.set()
        await asyncio.to_thread(bridge.close)
        return let_go

    assert asyncio.run(ended())
