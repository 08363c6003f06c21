from __future__ import annotations

import errno
import sqlite3

import pytest
from sqlalchemy import exc

from edge_server.problems import Problem, StorageBusy, StorageFull, StorageUnavailable
from edge_server.store.faults import blob_faults, database_faults


class Postgres(Exception):
    """As psycopg's errors are: with a state."""

    def __init__(self, sqlstate: str | None, message: str = "") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (sqlite3.OperationalError("database is locked"), StorageBusy),
        (sqlite3.OperationalError("database table is locked: photos"), StorageBusy),
        (sqlite3.OperationalError("database or disk is full"), StorageFull),
        (sqlite3.OperationalError("disk I/O error"), StorageUnavailable),
        (sqlite3.OperationalError("attempt to write a readonly database"), StorageUnavailable),
        (sqlite3.OperationalError("no such table: photos"), StorageUnavailable),
        (sqlite3.DatabaseError("database disk image is malformed"), StorageUnavailable),
        (Postgres("55P03"), StorageBusy),
        (Postgres("40P01"), StorageBusy),
        (Postgres("57014"), StorageBusy),
        (Postgres("53100"), StorageFull),
        (Postgres("57P01", "terminating connection"), StorageUnavailable),
        (Postgres(None, "connection refused"), StorageUnavailable),
    ],
    ids=str,
)
def test_what_a_database_says_is_a_problem(error: Exception, problem: type[Problem]) -> None:
    with pytest.raises(problem) as caught, database_faults():
        raise exc.OperationalError("SELECT secret", {}, error)
    assert caught.value.retry_after
    assert caught.value.status == 503
    assert "SELECT" not in caught.value.detail


def test_waiting_for_a_connection_in_vain_is_busy() -> None:
    with pytest.raises(StorageBusy), database_faults():
        raise exc.TimeoutError


def test_a_clash_of_rows_stays_what_it_is() -> None:
    with pytest.raises(exc.IntegrityError), database_faults():
        raise exc.IntegrityError("INSERT", {}, sqlite3.IntegrityError())


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StorageFull),
        (OSError(errno.EIO, "Input/output error"), StorageUnavailable),
        (PermissionError(errno.EACCES, "Permission denied"), StorageUnavailable),
        (OSError("no number"), StorageUnavailable),
    ],
    ids=str,
)
def test_what_a_disk_says_is_a_problem(error: OSError, problem: type[Problem]) -> None:
    with pytest.raises(problem), blob_faults():
        raise error


def test_a_bug_stays_a_bug() -> None:
    with pytest.raises(KeyError), blob_faults(), database_faults():
        raise KeyError
