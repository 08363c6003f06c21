"""The database: opened when it is first needed, brought up to date, and asked in sessions."""

from __future__ import annotations

import hashlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session

from edge_runtime.write_ahead import write_ahead
from edge_server.problems import StorageUnavailable
from edge_server.store.every_table import every_table
from edge_server.store.faults import StoreError, database_faults, unavailable
from edge_server.store.migrating import migrate
from edge_server.store.unasked import somebody_asked

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from sqlalchemy import URL, Connection

_CONNECTIONS = 16
READS: dict[str, Any] = {"reads": True}


@dataclass(frozen=True)
class _Open:
    """An engine, and the file that it was opened on (0 where there is none)."""

    engine: Engine
    file: int


class Database:
    """SQLite or PostgreSQL, by its URL; any number of threads may use one.

    A transaction of SQLite that writes takes the lock when it begins, so that it never fails
    half-way; one that only reads sees the state of its beginning and holds up nobody.
    """

    def __init__(self, url: str, seconds: float) -> None:
        """``seconds`` is how long a lock or a connection is waited for."""
        every_table()
        self._url = _read(url)
        self._seconds = seconds
        self._lock = Lock()
        self._now: _Open | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self._url.get_backend_name() == "sqlite"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that writes: committed when left, rolled back on an exception."""
        with self._session({}) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads: all of it sees one and the same state."""
        snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._session(READS | snapshot) as session:
            yield session

    def open(self) -> None:
        """Open it now; raises ``StoreError`` where it is damaged or of a newer version, and
        a ``Problem`` where it cannot be reached."""
        try:
            self._opened()
        except StorageUnavailable:
            if not self.is_sqlite:
                raise
            raise StoreError(
                f"the store's database {self._url.database} is damaged or may not be written: "
                "restore it from a copy, or move it away to begin anew"
            ) from None

    def close(self) -> None:
        """Close every connection; it is opened again when it is needed."""
        with self._lock:
            now, self._now = self._now, None
        if now is not None:
            now.engine.dispose()

    def scrub(self) -> bool:
        """Empty SQLite's log, which has pages as they were before something was deleted:
        then it is in no file any more.  False where others held it back for too long.

        PostgreSQL has its own ways: what was deleted is gone once its vacuum and the reuse
        of its log have passed over it.
        """
        if not self.is_sqlite:
            return True
        with database_faults(), closing(self._opened().engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            held_back, *_ = next(iter(cursor.fetchall()))
        return not held_back

    def lock_owner(self, session: Session, owner: str) -> None:
        """Until the session's end nobody else changes what is this owner's."""
        if not self.is_sqlite:
            number = int(hashlib.sha256(owner.encode()).hexdigest()[:16], 16) - 2**63
            session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})

    def lock_blobs(self, session: Session, hashes: Iterable[str]) -> None:
        """Until the session's end nobody else adds or removes these blobs.

        SQLite has one writer at a time as it is.
        """
        if not self.is_sqlite:
            for sha256 in sorted(set(hashes)):
                number = int(sha256[:16], 16) - 2**63
                session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})

    @contextmanager
    def _session(self, options: dict[str, Any]) -> Iterator[Session]:
        try:
            engine = self._opened().engine.execution_options(**options)
        except StoreError as error:  # who started the server is told so; who asks, this
            raise unavailable(error) from None
        with (
            database_faults(),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # begins now, and not with the first statement
            yield session

    def _opened(self) -> _Open:
        with self._lock:
            if self._now is not None and self._file() != self._now.file:
                # A file that was taken away takes everything with it that is still written.
                if somebody_asked():
                    self._now.engine.dispose()
                    self._now = None
                raise unavailable("the database's file was taken away")
            if self._now is None:
                self._now = self._open()
            return self._now

    def _open(self) -> _Open:
        if self.is_sqlite and self._url.database:
            _make_place(Path(self._url.database))
        engine = self._engine()
        try:
            with database_faults(), engine.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(7)"))
                migrate(connection)
        except BaseException:
            engine.dispose()
            raise
        return _Open(engine, self._file())

    def _file(self) -> int:
        if not self.is_sqlite or not self._url.database:
            return 0
        try:
            return Path(self._url.database).stat().st_ino
        except OSError:
            return -1

    def _engine(self) -> Engine:
        waits = {"pool_size": _CONNECTIONS, "max_overflow": 0, "pool_timeout": self._seconds}
        if not self.is_sqlite:
            return create_engine(
                self._url,
                pool_pre_ping=True,
                connect_args=_postgres_arguments(self._seconds),
                **waits,
            )
        engine = create_engine(self._url, connect_args={"timeout": self._seconds}, **waits)
        event.listen(engine, "connect", partial(_prepare, self._seconds))
        event.listen(engine, "begin", _begin)
        return engine


def _read(url: str) -> URL:
    """With psycopg for PostgreSQL, whichever driver was not named."""
    try:
        read = make_url(url)
        read.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise StoreError(
            "the database's URL cannot be used: say sqlite:////path/of/a/file or "
            "postgresql://user@host/database"
        ) from None
    if read.get_backend_name() == "postgresql":
        if find_spec("psycopg") is None:
            raise StoreError(
                "PostgreSQL's driver is missing: pip install 'pocketlens[postgres]'"
            )
        return read.set(drivername="postgresql+psycopg")
    if read.get_backend_name() != "sqlite":
        raise StoreError("the database is neither SQLite nor PostgreSQL: name one of them")
    return read


def _postgres_arguments(seconds: float) -> dict[str, Any]:
    limits = f"-c lock_timeout={int(seconds * 1000)} -c statement_timeout=60000"
    return {"connect_timeout": max(2, round(seconds)), "options": limits}


def _prepare(seconds: float, connection: sqlite3.Connection, _record: object) -> None:
    """What every connection to SQLite needs; transactions are begun by hand."""
    connection.isolation_level = None
    write_ahead(connection, seconds)
    for pragma in (
        f"busy_timeout={int(seconds * 1000)}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # zeros are written over what is deleted
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _make_place(file: Path) -> None:
    """Its folder and the file, still empty: only their owner may read them."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
    except OSError:
        raise StoreError(
            f"the store's folder {file.parent} cannot be written: name another with "
            "POCKETLENS_DATA"
        ) from None
