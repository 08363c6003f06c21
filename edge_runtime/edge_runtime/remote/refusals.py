"""Answers that are none: problem details, other statuses, and what cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from edge_runtime.outcomes import Unavailable
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from edge_runtime.remote.connections import Reply

_LONGEST_WAIT = 3600.0
_GATEWAY = {502, 503, 504}  # of a proxy, which knows no problem details
_NEVER_REPEATED = {"deadline", "circuit-open"}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of RFC 9457's problem details."""

    code: str
    detail: str
    retryable: bool = False


class Refusal(Exception):
    """Why there is no answer.

    ``retry_after``: seconds after which it may be asked again, None where that does not
    help.  ``alive``: whether a server that works said so.
    """

    def __init__(
        self, why: str, code: str, retry_after: float | None = None, *, alive: bool = False
    ) -> None:
        super().__init__(why)
        self.why, self.code, self.retry_after = why, code, retry_after
        self.alive = alive

    @property
    def retryable(self) -> bool:
        """Whether the same question may be sent again."""
        return self.retry_after is not None and self.code not in _NEVER_REPEATED

    def unavailable(self) -> Unavailable:
        """The refusal as an outcome."""
        return Unavailable(self.why, self.retry_after, self.code)


def refusal_of(reply: Reply) -> Refusal:
    """The refusal that an answer with a status other than 200 is."""
    after = _retry_after(reply.headers.get("retry-after", ""))
    try:
        problem = from_json(reply.body, Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        retryable = reply.status in _GATEWAY or reply.status == 429
        why = f"the server answered with status {reply.status}"
        return Refusal(why, "not-an-answer", after if retryable else None)
    alive = reply.status < 500 or reply.status == 503 or problem.code == "deadline-exceeded"
    retry_after = after if problem.retryable else None
    return Refusal(problem.detail, problem.code, retry_after, alive=alive)


def _retry_after(text: str) -> float:
    """Seconds; 0 for none.  A date is not read: no server of ours sends one."""
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdecimal() else 0.0
