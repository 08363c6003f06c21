"""What the server does for itself, beside what it is asked for."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNASKED = ContextVar("unasked", default=False)


@contextmanager
def unasked() -> Iterator[None]:
    """In it nobody waits for an answer; on a function as ``@unasked()``.

    A database that was taken away stays away for such work: the next to ask is to hear of
    it, and only then it is made anew.
    """
    before = _UNASKED.set(True)
    try:
        yield
    finally:
        _UNASKED.reset(before)


def somebody_asked() -> bool:
    """Whether there is a caller who can be told what went wrong."""
    return not _UNASKED.get()
