"""Flask behind ASGI: a whole body in, a whole answer out, in one of so many threads.

Because :mod:`edge_server.asgi.guard` has the body already, this is little: WSGI's
environment is made of the scope, the application runs in a thread, and what it yields is
sent on.  A client that hangs up meanwhile is heard of: ``Caller`` in the environment
tells whoever computes.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from edge_server.asgi.refusing import refusal
from edge_server.problems import Draining, Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from edge_server.asgi.guard import Message, Receive, Scope, Send

CALLER = "pocketlens.caller"


class Caller:
    """Whoever asked: still there, or gone."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._gone = False
        self._then: list[Callable[[], None]] = []

    @property
    def gone(self) -> bool:
        """Whether the connection was closed before the answer."""
        return self._gone

    def when_gone(self, act: Callable[[], None]) -> None:
        """Call this once the caller has gone; at once if it has."""
        with self._lock:
            if not self._gone:
                self._then.append(act)
                return
        act()

    def leave(self) -> None:
        """The connection was closed."""
        with self._lock:
            self._gone = True
            then, self._then = self._then, []
        for act in then:
            act()


@dataclass
class Head:
    """The status and headers of an answer, as WSGI gives them."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    def start(
        self, status: str, headers: list[tuple[str, str]], _failed: object = None
    ) -> Callable[[bytes], object]:
        """WSGI's ``start_response``; nothing here writes by the callable it returns."""
        self.status = int(status.split(" ", 1)[0])
        lower = [(k.lower().encode("latin1"), v.encode("latin1")) for k, v in headers]
        # The date is said by the listening server: twice, it would not be HTTP.
        self.headers = [(name, value) for name, value in lower if name != b"date"]
        return lambda _data: None


class Bridge:
    """Runs a WSGI application in ``threads`` threads; ``waiting`` more requests may wait."""

    def __init__(
        self, wsgi: Callable[..., Iterable[bytes]], threads: int, waiting: int
    ) -> None:
        self._wsgi = wsgi
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._most = threads + waiting
        self.in_flight = 0
        self.draining = False
        self.idle = asyncio.Event()
        self.idle.set()

    async def __call__(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """One request whose body is whole."""
        if self.draining:
            problem = Draining("the server is shutting down: ask again soon", retry_after=5)
            await refusal(problem, send, path=scope["path"], close=True)
            return
        if self.in_flight >= self._most:
            problem_ = Overloaded("too many requests at once: ask again soon", retry_after=1)
            await refusal(problem_, send, path=scope["path"])
            return
        self.in_flight += 1
        self.idle.clear()
        try:
            await self._answer(scope, body, receive, send)
        finally:
            self.in_flight -= 1
            if not self.in_flight:
                self.idle.set()

    async def _answer(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        caller = Caller()
        watch = asyncio.create_task(_watch(receive, caller))
        environ = environment(scope, body) | {CALLER: caller}
        try:
            loop = asyncio.get_running_loop()
            sender = _Sender(send, loop, caller)
            caller.when_gone(sender.cut)
            for message in await loop.run_in_executor(self._pool, self._run, environ, sender):
                await send(message)
        except BaseException:  # such as the end of the server: nobody hears the answer
            caller.leave()
            raise
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch

    def _run(self, environ: dict[str, Any], sender: _Sender) -> tuple[Message, ...]:
        """In a thread: the whole answer, or none of it where it was sent in parts.  Whoever
        reads a whole one slowly holds no thread."""
        head = Head()
        parts = self._wsgi(environ, head.start)
        try:
            if any(name == b"content-length" for name, _ in head.headers):
                return _start(head), _part(b"".join(parts), more=False)
            sender.send_all(head, parts)
            return ()
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    def close(self) -> None:
        """End the threads; those that run finish first."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@dataclass
class _Sender:
    """Sends from a thread to the loop that owns the connection."""

    send: Send
    loop: asyncio.AbstractEventLoop
    caller: Caller
    _now: Future[None] | None = None

    def send_all(self, head: Head, parts: Iterable[bytes]) -> None:
        """One part after the other, as they are made."""
        self._put(_start(head))
        for part in parts:
            if self.caller.gone:
                return
            self._put(_part(part, more=True))
        self._put(_part(b"", more=False))

    def cut(self) -> None:
        """What is being sent need not arrive: the caller has gone."""
        if self._now is not None:
            self._now.cancel()

    def _put(self, message: Message) -> None:
        async def sent() -> None:
            await self.send(message)

        sending = sent()
        try:
            self._now = asyncio.run_coroutine_threadsafe(sending, self.loop)
            if self.caller.gone:
                self._now.cancel()
            self._now.result()
        except CancelledError:
            return
        except RuntimeError:  # the loop has ended: the server was told not to wait
            sending.close()
            self.caller.leave()


def _start(head: Head) -> Message:
    return {"type": "http.response.start", "status": head.status, "headers": head.headers}


def _part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _watch(receive: Receive, caller: Caller) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    caller.leave()


def environment(scope: Scope, body: bytes) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of an ASGI scope."""
    host, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": _path(scope),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin1"), value.decode("latin1"))
    return environ


def _path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    path = unquote_to_bytes(raw.split(b"?")[0]) if raw else scope["path"].encode()
    return path.decode("latin1")


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    name = name.upper().replace("-", "_")
    if name == "CONTENT_LENGTH":
        return  # the body that was read is what counts
    if name != "CONTENT_TYPE":
        name = f"HTTP_{name}"
    environ[name] = f"{environ[name]},{value}" if name in environ else value
