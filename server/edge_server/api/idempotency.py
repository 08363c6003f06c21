"""Attempts that carry one ``Idempotency-Key`` are one request: it is computed once.

A client whose connection broke does not know whether its question was answered.  It asks
again with the same key, and is given the answer that there was; while the first attempt is
still worked on, the others wait for it.  Only answers are kept, for some minutes and within
some memory, never problems: what failed is computed anew.  The header is that of
draft-ietf-httpapi-idempotency-key-header, with or without its quotes.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from flask import Response, g, request

from edge_server.asgi.bridge import CALLER
from edge_server.problems import (
    Cancelled,
    DeadlineExceeded,
    IdempotencyKeyReused,
    MalformedRequest,
    Overloaded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edge_server.engine.interface import Deadline

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x20-\x7e]{1,128}")
_MOST_ENTRIES = 1000
_MOST_WAITING = 32  # threads that wait for another's answer compute nothing
_BESIDE_BYTES = 2000  # of an answer, beside its body: headers, key and fingerprint

Owner: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class _Kept:
    """An answer, and the fingerprint of the request that it is about."""

    fingerprint: bytes
    until: float
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        return len(self.body) + _BESIDE_BYTES

    def response(self) -> Response:
        """The answer once more, marked."""
        headers = [*self.headers, (REPLAYED, "true")]
        return Response(self.body, status=self.status, headers=headers)


class KeptAnswers:
    """The answers of the last ``seconds``, of at most so many ``bytes``; safe in threads."""

    def __init__(
        self,
        *,
        most_bytes: int,
        seconds: float,
        entries: int = _MOST_ENTRIES,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._most_bytes, self._seconds, self._most_entries = most_bytes, seconds, entries
        self._clock = clock
        self._turn = Condition()
        self._running: dict[Owner, bytes] = {}
        self._kept: OrderedDict[Owner, _Kept] = OrderedDict()
        self._bytes = 0
        self._waiting = 0

    @property
    def size(self) -> tuple[int, int]:
        """How many answers are kept, and their bytes."""
        return len(self._kept), self._bytes

    @property
    def waiting(self) -> int:
        """How many wait for the answer of another attempt."""
        return self._waiting

    def once(
        self,
        owner: Owner,
        fingerprint: bytes,
        deadline: Deadline,
        compute: Callable[[], Response],
    ) -> Response:
        """The answer to the request of that owner (caller and key).

        Raises what ``compute`` does, ``IdempotencyKeyReused`` where the key belongs to a
        request of another fingerprint, ``DeadlineExceeded`` where the other attempt took too
        long, ``Overloaded`` where too many wait already.
        """
        kept = self._begin(owner, fingerprint, deadline)
        if kept is not None:
            return kept.response()
        response = None
        try:
            response = compute()
        finally:
            if response is None or not response.is_streamed:
                self._end(owner, fingerprint, response)
        return self._taped(owner, fingerprint, response) if response.is_streamed else response

    def _taped(self, owner: Owner, fingerprint: bytes, response: Response) -> Response:
        """The same answer, part by part; it is kept once all of it was sent."""
        parts: list[bytes] = []
        sent: list[Response] = []
        inner = response.iter_encoded()

        def taped() -> Iterator[bytes]:
            for part in inner:
                parts.append(part)
                yield part
            sent.append(Response(b"".join(parts), response.status_code, list(response.headers)))

        response.response = taped()
        response.call_on_close(lambda: self._end(owner, fingerprint, sent[0] if sent else None))
        return response

    def wake(self) -> None:
        """Let those who wait look whether they still have to."""
        with self._turn:
            self._turn.notify_all()

    def _begin(self, owner: Owner, fingerprint: bytes, deadline: Deadline) -> _Kept | None:
        """The answer where there is one; else it is this attempt that computes it."""
        with self._turn:
            while True:
                self._forget()
                kept = self._kept.get(owner)
                known = kept.fingerprint if kept else self._running.get(owner)
                if known is None:
                    self._running[owner] = fingerprint
                    return None
                if known != fingerprint:
                    raise IdempotencyKeyReused(
                        f"this {HEADER} was sent with another request: a new request needs a "
                        "new key"
                    )
                if kept is not None:
                    return kept
                self._wait(deadline)

    def _wait(self, deadline: Deadline) -> None:
        if self._waiting >= _MOST_WAITING:
            raise Overloaded("too many wait for an answer: ask again soon", retry_after=1)
        self._waiting += 1
        try:
            timely = self._turn.wait(max(0.0, deadline.remaining()))
        finally:
            self._waiting -= 1
        if _gone():
            raise Cancelled("the caller hung up before the answer was ready")
        if not timely:
            raise DeadlineExceeded(
                "the first attempt has no answer yet: ask again with the same key",
                retry_after=1,
            )

    def _end(self, owner: Owner, fingerprint: bytes, response: Response | None) -> None:
        kept = None
        if response is not None and response.status_code in {200, 201, 202}:
            body, headers = response.get_data(), tuple(response.headers.items())
            until = self._clock() + self._seconds
            kept = _Kept(fingerprint, until, response.status_code, body, headers)
        with self._turn:
            del self._running[owner]
            # One answer may not push out all the others.
            if kept is not None and kept.size <= self._most_bytes // 2:
                self._kept[owner] = kept
                self._bytes += kept.size
            self._forget()
            self._turn.notify_all()

    def _forget(self) -> None:
        """The oldest first: those of which the time is up, and those that are too many."""
        now = self._clock()
        while self._kept:
            oldest = next(iter(self._kept.values()))
            full = self._bytes > self._most_bytes or len(self._kept) > self._most_entries
            if oldest.until > now and not full:
                return
            self._kept.popitem(last=False)
            self._bytes -= oldest.size


def answered_once(
    kept: KeptAnswers, deadline: Callable[[], Deadline], view: Callable[[], Response]
) -> Response:
    """The current request by ``view``, or the answer that another attempt has had."""
    key = key_of_request()
    if key is None:
        return view()
    owner = (g.caller, key)
    caller = request.environ.get(CALLER)
    if caller is not None:
        caller.when_gone(kept.wake)
    return kept.once(owner, fingerprint_of_request(), deadline(), view)


def fingerprint_of_request() -> bytes:
    """A hash of all that decides the current request's answer."""
    parts = (
        request.path.encode(),
        request.query_string,
        request.headers.get("Accept", "").encode(),
        request.headers.get("Content-Type", "").encode(),
        request.get_data(),
    )
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.digest()


def key_of_request() -> str | None:
    """The current request's key, without quotes; None where it has none."""
    text = request.headers.get(HEADER)
    return None if text is None else _key(text)


def _key(text: str) -> str:
    inner = text[1:-1] if len(text) > 2 and text[0] == text[-1] == '"' else text
    if not _KEY.fullmatch(inner):
        raise MalformedRequest(
            f"the {HEADER} is not 1 to 128 printable characters of ASCII: send a UUID"
        )
    return inner


def _gone() -> bool:
    caller = request.environ.get(CALLER)
    return caller is not None and caller.gone
