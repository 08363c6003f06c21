"""A Flask application behind the real listener, on a port of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, request

from edge_server.asgi.bridge import CALLER
from edge_server.asgi.guard import never
from edge_server.asgi.listening import Listener
from edge_server.settings import Settings

if TYPE_CHECKING:
    from edge_server.asgi.guard import Early


@dataclass
class Seen:
    """What the application saw."""

    requests: list[str] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    running: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)


@dataclass
class Running:
    """A listener in a thread."""

    listener: Listener
    port: int
    seen: Seen

    def raw(self, content: bytes, *, wait: float = 20) -> bytes:
        """Send bytes on a connection of its own; what comes until it is closed, or no more."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(content)
            return received(connection)

    @property
    def protocol(self) -> Any:
        """The class of the protocol of its connections: its limits may be changed meanwhile."""
        return self.listener.config.http_protocol_class

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


def received(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except TimeoutError:
        pass
    return b"".join(parts)


def application(seen: Seen) -> Flask:
    app = Flask("under-test")

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> dict[str, Any]:
        seen.requests.append(request.path)
        return {
            "bytes": len(request.get_data()),
            "query": request.args.to_dict(),
            "kind": request.content_type,
            "twice": request.headers.get("X-Twice"),
            "peer": request.remote_addr,
        }

    @app.post("/wait")
    def wait() -> str:
        request.environ[CALLER].when_gone(seen.gone.set)
        seen.running.set()
        seen.release.wait(60)
        return "done"

    @app.get("/parts")
    def parts() -> Any:
        return app.response_class(iter([b"one ", b"two ", b"three"]), mimetype="text/plain")

    return app


def wait_for(true: Callable[[], Any]) -> None:
    """Until it is so."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], None]:
    """Waits until something is so, and fails where that does not come."""
    return wait_for


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    started: list[tuple[Listener, threading.Thread]] = []

    def begin(
        early: Early = never, give_up: Callable[[], None] = lambda: None, **given: Any
    ) -> Running:
        seen = Seen()
        settings = Settings(port=0, **given)
        box: list[Any] = []

        def run() -> None:
            async def made() -> None:
                app = application(seen)
                box.append(Listener(settings, app, lambda: None, early, give_up))
                await box[0].serve()

            asyncio.run(made())

        thread = threading.Thread(target=run)
        thread.start()
        wait_for(lambda: box and box[0].started)
        listener = box[0]
        started.append((listener, thread))
        port = int(listener.address().rsplit(":", 1)[1])
        return Running(listener, port, seen)

    yield begin
    for listener, thread in started:
        listener.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
        listener.bridge.close()
