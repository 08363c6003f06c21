"""Takes a whole body, under a limit of bytes and of time, before a thread is taken.

Servers bound the time between two bytes, if anything; a client that sends one byte a second
then holds a thread for as long as it likes.  Here the whole body has one deadline, and only
then does the application hear of the request.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from edge_server.asgi.refusing import put, refusal
from edge_server.problems import (
    BodyTimeout,
    BodyTooLarge,
    Cancelled,
    ContentEncodingUnsupported,
    MalformedRequest,
    Memory,
    Problem,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from edge_server.asgi.refusing import Written

    Message: TypeAlias = MutableMapping[str, Any]
    Scope: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]
    # What gets the whole body: (scope, body, receive, send).
    Application: TypeAlias = Callable[[Scope, bytes, Receive, Send], Awaitable[None]]
    # What is refused before its body comes, or None.
    Early: TypeAlias = Callable[["RequestHead"], "Written | None"]


@dataclass(frozen=True, kw_only=True)
class RequestHead:
    """What is known of a request before its body: ``path`` is decoded, ``query`` as it was
    sent; of each header, in lower case, the last.
    """

    method: str
    path: str
    query: bytes = b""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)

    def header(self, name: bytes) -> str:
        """That header's text; empty where there is none."""
        return self.headers.get(name, b"").decode("latin1")


def never(_head: RequestHead) -> None:
    """Nothing is refused early."""


@dataclass(frozen=True)
class BodyGuard:
    """An ASGI application in front of one that is given whole bodies."""

    application: Application
    max_bytes: int
    seconds: float
    send_seconds: float
    early: Early = never

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; other kinds of scope are refused by doing nothing."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        if scope["type"] != "http":
            return
        send = self._bounded(send)
        headers = dict(scope["headers"])
        busy = self.early(_head(scope, headers))
        if busy is not None:  # the connection stays; what comes of the body is dropped
            await put(busy, send)
            return
        try:
            self._check(headers)
            body = await self._body(receive)
        except Cancelled:
            return  # there is nobody to tell
        except MemoryError:
            await refusal(no_memory(), send, path=scope["path"], close=True)
            return
        except Problem as problem:
            await refusal(problem, send, path=scope["path"], close=True, rest=receive)
            return
        try:
            await self.application(scope, body, receive, send)
        except TimeoutError:  # the client does not read: the connection is given up
            return

    def _check(self, headers: dict[bytes, bytes]) -> None:
        """Refuse by the headers alone, before a byte of the body is read."""
        if headers.get(b"content-encoding", b"identity") != b"identity":
            raise ContentEncodingUnsupported(
                "a compressed body is not taken: send it without Content-Encoding"
            )
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            raise MalformedRequest("Content-Length is not a number: send it as digits")
        if int(length) > self.max_bytes:
            raise self._too_large(int(length))

    def _too_large(self, actual: int) -> BodyTooLarge:
        return BodyTooLarge(
            f"the body has more than {self.max_bytes} bytes: send a smaller photo",
            limit=self.max_bytes,
            actual=actual,
        )

    async def _body(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self.seconds):
                return await self._all(receive)
        except TimeoutError:
            raise BodyTimeout(
                f"the body did not arrive within {self.seconds:g} seconds: send it faster",
                limit=self.seconds,
            ) from None

    async def _all(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Cancelled("the caller hung up before the body was whole")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.max_bytes:
                raise self._too_large(size)
            if not message.get("more_body", False):
                return b"".join(parts)

    def _bounded(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            async with asyncio.timeout(self.send_seconds):
                await send(message)

        return sent


def _head(scope: Scope, headers: Mapping[bytes, bytes]) -> RequestHead:
    return RequestHead(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b""),
        headers=headers,
    )


def no_memory() -> Memory:
    """What a request is told for whose bytes there is no memory."""
    return Memory("there is no memory for this request now: try again", retry_after=5)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
