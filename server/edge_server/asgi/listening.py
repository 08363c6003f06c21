"""The listening socket: uvicorn, with a time limit for headers and a drain that answers.

Three things are added to it: a connection that does not send its headers in time, or sends
too many, is closed; one that does not read its answer is given up; and after SIGTERM new
requests are answered 503 until those that run have finished.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from socket import AF_INET, AF_INET6, SO_SNDBUF, SOL_SOCKET, create_server
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from edge_server.asgi.bridge import Bridge
from edge_server.asgi.guard import BodyGuard, never, no_memory
from edge_server.asgi.refusing import LINGER_SECONDS, refusal_bytes
from edge_server.problems import HeadersTooLarge, MalformedRequest
from edge_server.settings import SettingsError

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport
    from collections.abc import Callable, Iterable
    from socket import socket
    from types import FrameType

    from edge_server.asgi.guard import Early
    from edge_server.problems import Problem
    from edge_server.settings import Settings

MAX_HEADER_BYTES = 16 * 1024
# Who reads an answer slower than this is given up: a phone at the edge of its network is not.
LEAST_BYTES_A_SECOND = 8 * 1024
# What the kernel may hold of an answer: with megabytes there, nobody could see who reads.
SENT_AHEAD_BYTES = 256 * 1024
# For those whose work was given up to be told so.
_LAST_SECONDS = 3.0


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol for HTTP/1.1 whose patience ends."""

    header_seconds = 10.0
    send_seconds = 30.0
    max_connections = 1024
    _timer: TimerHandle | None = None
    _look: TimerHandle | None = None
    _unsent = 0
    _header_bytes = 0
    _unfinished_bytes = 0
    _heads = 0
    _in_head = True
    _refused = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """A connection: its first request's headers have so long."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            transport.abort()
            return
        connected = transport.get_extra_info("socket")
        connected.setsockopt(SOL_SOCKET, SO_SNDBUF, SENT_AHEAD_BYTES)
        self._wait()
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._stop()
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """The client has read nearly all there was."""
        self._unsent = 0
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Some bytes; those of a header that does not end are kept by the parser."""
        if self._refused:
            return
        in_head, heads = self._in_head, self._heads
        super().data_received(data)
        if in_head and self._in_head and heads == self._heads:
            self._unfinished_bytes += len(data)
            self._limit(self._unfinished_bytes)

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        if self._refused:  # what else came with it
            return
        self._header_bytes = self._unfinished_bytes = 0
        self._in_head = True
        self._stop()
        self._wait()

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """All headers are here: the body has a limit of its own."""
        self._stop()
        self._in_head = False
        self._heads += 1
        if not self._over:
            super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What was sent is not HTTP, or there was no memory for it; ``msg`` is uvicorn's
        word for both.
        """
        del msg
        failed = sys.exception()
        if self._over:
            return
        if failed is not None and isinstance(failed.__context__, MemoryError):
            self._refuse(no_memory())
        else:
            self._refuse(MalformedRequest("this is not an HTTP request: check the client"))

    @property
    def _over(self) -> bool:
        return self._refused or self.transport.is_closing()

    def _refuse(self, problem: Problem) -> None:
        """What still comes is dropped: closed over it, the connection would be reset, and the
        answer lost on its way."""
        self._refused = True
        self.transport.write(refusal_bytes(problem))
        self._stop()
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()  # before another answer was whole
            return
        self.transport.write_eof()
        self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _count(self, size: int) -> None:
        self._header_bytes += size
        self._limit(self._header_bytes)

    def _limit(self, size: int) -> None:
        if size > MAX_HEADER_BYTES and not self._over:
            self._refuse(
                HeadersTooLarge(
                    f"address and headers exceed {MAX_HEADER_BYTES} bytes: shorten them",
                    limit=MAX_HEADER_BYTES,
                )
            )

    def _look_again(self) -> None:
        self._look = self.loop.call_later(self.send_seconds, self._check_reading)

    def _check_reading(self) -> None:
        """The server closes a connection once all is sent, which may be never."""
        left = self.transport.get_write_buffer_size()
        enough = LEAST_BYTES_A_SECOND * self.send_seconds
        if self._unsent and left and left > self._unsent - enough:
            self.transport.abort()
            return
        self._unsent = left
        self._look_again()

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.header_seconds, self.transport.close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def protocol(settings: Settings) -> type[PatientProtocol]:
    """That protocol with the limits of the settings."""
    limits = {
        "header_seconds": settings.header_seconds,
        "send_seconds": settings.send_seconds,
        "max_connections": settings.max_connections,
    }
    return type("Protocol", (PatientProtocol,), limits)


class Listener(uvicorn.Server):
    """The server of one process; ``run`` returns once it has drained."""

    def __init__(
        self,
        settings: Settings,
        wsgi: Callable[..., Iterable[bytes]],
        drain: Callable[[], None],
        early: Early = never,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        """``drain`` is called once when the server is told to end, ``give_up`` where what
        runs may not go on: its time is over, or the server was told twice.  Both are called
        in the loop.  ``early`` refuses by the headers alone.
        """
        self.bridge = Bridge(wsgi, settings.request_threads, settings.request_threads)
        self._drain_seconds = settings.drain_seconds
        self._on_drain, self._on_give_up = drain, give_up
        self.gave_up = False
        self._on_start: Callable[[], None] = lambda: None
        self._leaving: asyncio.Task[None] | None = None
        self.loop = asyncio.get_running_loop()
        guard = BodyGuard(
            self.bridge,
            settings.max_body_bytes,
            settings.body_seconds,
            settings.send_seconds,
            early,
        )
        super().__init__(_configured(settings, guard))

    def when_started(self, act: Callable[[], None]) -> None:
        """Call this once connections are taken."""
        self._on_start = act

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self._on_start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains, the second ends at once.

        It comes in the middle of anything, such as of what holds a lock: all that is done
        about it is done by the loop.
        """
        del sig, frame
        if self.bridge.draining:
            self.force_exit = self.should_exit = True
            self.loop.call_soon_threadsafe(self._give_up)
            return
        self.bridge.draining = True
        self.loop.call_soon_threadsafe(self._leave)

    def _leave(self) -> None:
        self._on_drain()
        self._leaving = self.loop.create_task(self._finish())

    async def _finish(self) -> None:
        """Until nothing is in flight; when the time is over, once the rest was told so."""
        if not await self._idle_within(self._drain_seconds):
            self._give_up()
            await self._idle_within(_LAST_SECONDS)
        self.should_exit = True

    def _give_up(self) -> None:
        self.gave_up = True
        self._on_give_up()

    async def _idle_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.bridge.idle.wait()
        return self.bridge.idle.is_set()

    def address(self) -> str:
        """Where it listens, once it has started; port 0 became a real one."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def opened(settings: Settings) -> socket:
    """The listening socket; ``SettingsError`` where the address cannot be had."""
    family = AF_INET6 if ":" in settings.host else AF_INET
    try:
        return create_server(
            (settings.host, settings.port), family=family, backlog=settings.max_connections
        )
    except OSError as error:
        raise SettingsError(
            f"cannot listen at {settings.host} port {settings.port} "
            f"({os.strerror(error.errno or 0).lower()}): say another --port"
        ) from None


def _configured(settings: Settings, guard: BodyGuard) -> uvicorn.Config:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await guard(scope, receive, send)

    return uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        http=protocol(settings),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        backlog=settings.max_connections,
    )
