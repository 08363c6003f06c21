"""SQLite's write-ahead log, for files that several processes open at once."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_AGAIN_SECONDS = 0.005


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another has the file, also to write (517) or to repair (261) its log."""
    return (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_BUSY


def write_ahead(
    connection: sqlite3.Connection, seconds: float, pause: Callable[[float], None] = time.sleep
) -> None:
    """Let the connection's file have a write-ahead log; ``connection`` is in no transaction.

    The change needs the file for itself, and SQLite fails at once where another process has
    it, whatever ``busy_timeout`` says: here it is waited for.  Raises what SQLite raises
    (``sqlite3.OperationalError``, ``SQLITE_BUSY``) once ``seconds`` are over.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= until:
                raise
            pause(_AGAIN_SECONDS)
        else:
            return
