"""Refusing while more is asked than can be served, before a body is taken or a thread.

:mod:`edge_server.api.gate` refuses in the thread of a request, whose body is there by then:
that takes a tenth of what an answer takes, and at twice the load it is taken from the answers.
Once a gate is overloaded, whoever comes while it is full is told so by his headers alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from edge_server.api.idempotency import HEADER
from edge_server.api.origins import origin_headers
from edge_server.asgi.refusing import written
from edge_server.parents.pages import likes_page
from edge_server.problems import Overloaded, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from flask import Response

    from edge_server.api.gate import Gate
    from edge_server.api.health import Numbers
    from edge_server.asgi.guard import RequestHead
    from edge_server.asgi.refusing import Written

_KEPT = HEADER.lower().encode()


@dataclass(frozen=True)
class Door:
    """An address that is behind a gate.

    ``route``: how its requests are counted.  ``heavy`` says of a request for which gates it
    may be, that of the light tasks (False) or that of the heavy (True), where its body may
    decide.  It may raise a ``Problem``: the request comes in, and is told.  ``page``: what a
    browser is shown instead of the problem, where there are pages.
    """

    route: str
    heavy: Callable[[RequestHead], Collection[bool]]
    page: Callable[[Problem], Response] | None = None


@dataclass(frozen=True, kw_only=True)
class Early:
    """``doors`` by method and path; what comes elsewhere passes.  ``origins``: whose pages
    may read the refusal."""

    doors: Mapping[tuple[str, str], Door]
    gates: Mapping[bool, Gate]
    numbers: Numbers
    origins: Sequence[str] = ()

    def __call__(self, head: RequestHead) -> Written | None:
        """What to refuse a request with; None lets it in.

        One with an idempotency key comes in: its answer may be there already.
        """
        door = self.doors.get((head.method, head.path))
        if door is None or _KEPT in head.headers or not self._refused(door, head):
            return None
        problem = Overloaded("the server is busy: ask again soon", retry_after=1)
        told = written(problem, head.path)
        if door.page is not None and _likes_page(head):
            told = _with_page(told, door.page(problem))
        readable = origin_headers(head.header(b"origin"), self.origins)
        if readable:
            vary = [told.headers["Vary"]] if "Vary" in told.headers else []
            told.headers.update(readable | {"Vary": ", ".join([*vary, "Origin"])})
        self.numbers.count(door.route, told.status, 0.0)
        return told

    def _refused(self, door: Door, head: RequestHead) -> bool:
        """Whether every gate that it may be for refuses it."""
        if not any(gate.refusing for gate in self.gates.values()):
            return False  # nearly always, and then nothing else is looked at
        try:
            gates = [self.gates[heavy] for heavy in set(door.heavy(head))]
        except Problem:
            return False
        if len(gates) == 1:
            return gates[0].refuses()
        # Of two it is not known which would have refused: it is no refusal of either, which
        # would keep others out for longer.
        return bool(gates) and all(gate.refusing for gate in gates)


def _likes_page(head: RequestHead) -> bool:
    return likes_page(parse_accept_header(head.header(b"accept"), MIMEAccept))


def _with_page(told: Written, page: Response) -> Written:
    body = page.get_data()
    headers = told.headers | dict(page.headers) | {"Content-Length": str(len(body))}
    return replace(told, headers=headers, body=body)
