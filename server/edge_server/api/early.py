"""Refusing while more is asked than can be served, before a body is taken or a thread.

:mod:`edge_server.api.gate` refuses in the thread of a request, whose body is there by then:
that takes a tenth of what an answer takes, and at twice the load it is taken from the answers.
Once a gate is overloaded, whoever comes while it is full is told so by his headers alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_server.api.idempotency import HEADER
from edge_server.problems import Overloaded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_server.api.gate import Gate
    from edge_server.api.health import Numbers

_KEPT = HEADER.lower().encode()


@dataclass(frozen=True)
class Early:
    """``gates``: the gate of each address, such as ``/v1/classify``; other addresses pass."""

    gates: Mapping[str, Gate]
    numbers: Numbers

    def __call__(self, path: str, headers: Mapping[bytes, bytes]) -> Overloaded | None:
        """What to refuse a request with; None lets it in.

        One with an idempotency key comes in: its answer may be there already.
        """
        gate = self.gates.get(path)
        if gate is None or _KEPT in headers or not gate.refuses():
            return None
        self.numbers.count(path, Overloaded.status, 0.0)
        return Overloaded("the server is busy: ask again soon", retry_after=1)
