"""HTTP over connections that are kept open, each of which another thread may cut.

Only the standard library: no proxies, no redirects, HTTP/1.1.  Certificates are always
verified.
"""

from __future__ import annotations

import selectors
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from edge_runtime.errors import PocketLensError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPResponse
    from pathlib import Path

_MOST_IDLE = 4
_CHUNK = 1 << 16


class TransportError(Exception):
    """Nothing that is an HTTP answer came; the message is one line."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent: the path from the server's root, a body, headers beside our own."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An HTTP answer, whole; the names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connections:
    """The connections to one server; safe to use from several threads."""

    def __init__(self, url: str, ca_file: Path | None, max_bytes: int) -> None:
        """Raises ``PocketLensError`` where ``url`` is not one of a server."""
        try:
            scheme, self.host, self._port, self._root = _parts(url)
        except (ValueError, HTTPException):
            raise PocketLensError(
                f"{url!r} is no server: give one such as https://host:8000"
            ) from None
        self.secure = scheme == "https"
        self._context = _trusting(ca_file) if self.secure else None
        self._max_bytes = max_bytes
        self._idle: list[HTTPConnection] = []
        self._keeps = _MOST_IDLE
        self._lock = Lock()

    @property
    def private(self) -> bool:
        """Whether nobody else can read what is sent."""
        return self.secure or self.host == "localhost" or _is_loopback(self.host)

    def line(self) -> Line:
        """A connection to ask on: one that is open already, where there is one."""
        with self._lock:
            while self._idle:
                kept = self._idle.pop()
                if _is_open(kept):
                    return Line(self, kept)
                kept.close()
        return Line(self, self._made())

    def keep(self, connection: HTTPConnection) -> None:
        """Take a connection back for the next question."""
        with self._lock:
            if len(self._idle) < self._keeps:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is open; a question that is still asked closes its own at its end."""
        with self._lock:
            self._keeps = 0
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _made(self) -> HTTPConnection:
        if self._context is None:
            return HTTPConnection(self.host, self._port)
        return HTTPSConnection(self.host, self._port, context=self._context)

    def path(self, path: str) -> str:
        """A path from the server's root as the request line has it."""
        return f"{self._root}{path}"

    def whole(self, response: HTTPResponse) -> bytes:
        """The body; raises ``TransportError`` where it is too long or ends early."""
        content = bytearray()
        while chunk := response.read(_CHUNK):
            content += chunk
            if len(content) > self._max_bytes:
                raise TransportError(f"the answer has more than {self._max_bytes} bytes")
        if response.length:  # what its Content-Length still promises
            raise TransportError("the answer ended in the middle")
        return bytes(content)


class Line:
    """One question on one connection."""

    def __init__(self, pool: Connections, connection: HTTPConnection) -> None:
        self._pool, self._connection = pool, connection
        self._is_cut, self._is_done = False, False
        self._lock = Lock()

    def ask(self, request: Request, ends: float) -> Reply:
        """The answer; ``ends`` is a moment of the monotonic clock.

        No single wait is longer than that; what drips in is ended by :meth:`cut`.  Raises
        ``TransportError``.
        """
        try:
            return self._asked(request, ends)
        except (OSError, HTTPException, ValueError) as error:
            self._connection.close()
            raise TransportError(_said(error)) from None
        except TransportError:
            self._connection.close()
            raise

    def cut(self) -> None:
        """End it from another thread: whoever waits in :meth:`ask` gets an error.

        One that has its answer is left alone: its connection may serve the next already.
        """
        with self._lock:
            self._is_cut = True
            sock = None if self._is_done else self._connection.sock
            if sock is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _asked(self, request: Request, ends: float) -> Reply:
        connection = self._connection
        seconds = max(ends - monotonic(), 0.001)
        connection.timeout = seconds
        if connection.sock is None:
            connection.connect()
        else:
            connection.sock.settimeout(seconds)
        if self._is_cut:
            raise TransportError("the deadline passed while connecting")
        path = self._pool.path(request.path)
        connection.request(request.method, path, request.body or None, dict(request.headers))
        with connection.getresponse() as response:
            body = self._pool.whole(response)
            headers = {name.lower(): value for name, value in response.headers.items()}
            reply = Reply(status=response.status, headers=headers, body=body)
        self._hand_back()
        return reply

    def _hand_back(self) -> None:
        with self._lock:
            self._is_done = not self._is_cut
            if self._is_done and self._connection.sock is not None:
                self._pool.keep(self._connection)
            else:
                self._connection.close()


def _parts(url: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path; raises ``ValueError`` or ``HTTPException`` for no server."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(url)
    HTTPConnection(parts.hostname, parts.port)  # says whether a request can name that host
    return parts.scheme, parts.hostname, parts.port, parts.path.rstrip("/")


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise PocketLensError(f"{ca_file} holds no certificates ({error}): check it") from None


def _is_open(connection: HTTPConnection) -> bool:
    """Whether an idle connection still stands: one that the server closed can be read."""
    if connection.sock is None:
        return False
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return not selector.select(0)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({error.verify_message})"
    return (str(error) or type(error).__name__).splitlines()[0]
