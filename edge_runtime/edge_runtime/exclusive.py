"""One process and thread at a time, by a lock that the system takes back from the killed."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from edge_runtime.write_ahead import is_busy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def exclusive(lock: Path, seconds: float) -> Iterator[bool]:
    """Whether nobody else is within, after waiting for them at most so long.

    ``lock`` is a file of its own, made where there is none; SQLite locks it, which does so on
    every system.  Raises ``sqlite3.Error`` where it cannot be used.
    """
    with closing(sqlite3.connect(lock, timeout=seconds, isolation_level=None)) as holder:
        try:
            holder.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            alone = False
        else:
            alone = True
        yield alone  # closing unlocks
