"""How a server is asked: deadlines, repetitions, patience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_runtime.errors import PocketLensError

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST = 86_400 * 365


def check_seconds(seconds: float) -> None:
    """Raise ``PocketLensError`` for a deadline that never comes, or is no number."""
    if not -_LONGEST <= seconds <= _LONGEST:
        raise PocketLensError(
            f"a deadline of {seconds} seconds cannot be kept: name one of at most {_LONGEST}"
        )


@dataclass(frozen=True, kw_only=True)
class RemoteSettings:
    """``seconds``: the deadline of a question where it has none of its own.  ``attempts``: how
    often it is sent at most, with waits drawn from 0 to ``backoff`` seconds, doubled each
    time (full jitter).

    After ``breaker_failures`` failures in a row nothing is sent for ``breaker_seconds``; then
    one question is let through to see.  ``hedge_after`` seconds without an answer, the
    question is sent once more beside the first.  ``ca_file``: certificates to trust instead
    of the system's; they are always verified.  ``models_seconds``: how long a list of models
    counts as fresh.
    """

    seconds: float = 30.0
    attempts: int = 3
    backoff: float = 0.1
    breaker_failures: int = 5
    breaker_seconds: float = 5.0
    hedge_after: float | None = None
    ca_file: Path | None = None
    models_seconds: float = 60.0
    max_answer_bytes: int = 256 * 2**20

    def __post_init__(self) -> None:
        check_seconds(self.seconds)
