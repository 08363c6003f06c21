"""The change to a write-ahead log waits for whoever has the file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.write_ahead import write_ahead


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.sqlite"


@pytest.fixture
def holder(file: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection, in the middle of writing."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield connection


def mode_of(connection: sqlite3.Connection) -> str:
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(mode)


def test_the_file_has_a_log_from_then_on(file: Path) -> None:
    for _ in range(2):  # the second time there is nothing to change
        with closing(sqlite3.connect(file)) as connection:
            write_ahead(connection, 1)
            assert mode_of(connection) == "wal"


def test_it_waits_for_another_who_writes(file: Path, holder: sqlite3.Connection) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            holder.execute("COMMIT")

    with closing(sqlite3.connect(file, timeout=0)) as connection:
        write_ahead(connection, 60, pause)
        assert mode_of(connection) == "wal"
    assert len(pauses) == 3


class Repaired:
    """A connection to a file whose log another repairs, after a process was killed."""

    def __init__(self) -> None:
        self.tries = 0

    def execute(self, _: str) -> None:
        self.tries += 1
        if self.tries < 3:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
            raise error


def test_it_waits_for_another_who_repairs_the_log() -> None:
    connection: Any = Repaired()
    write_ahead(connection, 60, lambda _: None)
    assert connection.tries == 3


@pytest.mark.usefixtures("holder")
def test_it_does_not_wait_for_ever(file: Path) -> None:
    with (
        closing(sqlite3.connect(file, timeout=0)) as connection,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        write_ahead(connection, 0.02)


def test_what_is_not_a_database_is_not_waited_for(file: Path) -> None:
    file.write_bytes(b"no database" * 100)
    with closing(sqlite3.connect(file)) as connection, pytest.raises(sqlite3.DatabaseError):
        write_ahead(connection, 60, pause=lambda _seconds: pytest.fail("it waited"))


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """SQLite alone fails in one of fifty such openings."""

    def begin(file: Path, gate: threading.Barrier) -> None:
        with closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as connection:
            gate.wait(20)
            write_ahead(connection, 20)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TABLE IF NOT EXISTS words (word TEXT)")
            connection.execute("INSERT INTO words VALUES ('one')")
            connection.execute("COMMIT")

    with ThreadPoolExecutor(3) as pool:
        for number in range(60):
            file, gate = tmp_path / f"{number}.sqlite", threading.Barrier(3)
            asked = [pool.submit(begin, file, gate) for _ in range(3)]
            for each in asked:
                each.result()
            with closing(sqlite3.connect(file)) as connection:
                assert connection.execute("SELECT count(*) FROM words").fetchone() == (3,)
