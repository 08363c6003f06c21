"""No warnings while photos are decoded, in any number of threads.

``warnings.catch_warnings`` puts back what it found.  Of two threads that overlap, the one that
leaves last puts back what the first had set: then the program never sees a warning again.
Here the first to come in sets, and the last to leave puts back.
"""

from __future__ import annotations

import warnings
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Within:
    def __init__(self) -> None:
        self.lock, self.threads, self.leaving = Lock(), 0, ExitStack()


_within = _Within()


@contextmanager
def quietly() -> Iterator[None]:
    """Within this block no warning is shown, nor one of other threads' meanwhile."""
    with _within.lock:
        if not _within.threads:
            _within.leaving.enter_context(warnings.catch_warnings(action="ignore"))
        _within.threads += 1
    try:
        yield
    finally:
        with _within.lock:
            _within.threads -= 1
            if not _within.threads:
                _within.leaving.close()
