from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from edge_server.intake.upload import Upload
from edge_server.problems import StorageBusy, StorageFull, StorageUnavailable
from edge_server.store.database import Database
from edge_server.store.faults import StoreError
from edge_server.store.records import Search
from edge_server.store.store import Store
from edge_server.store.tables import Blob, Photo


def test_sqlite_is_set_up_to_survive(plain: Store) -> None:
    with plain.session() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 200,
    }


def test_only_the_owner_may_read_the_file(
    tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    data = tmp_path / "data"
    with closing(Database(f"sqlite:///{data}/store.sqlite", 1)) as database:
        database.open()
        with database.session() as session:
            session.execute(text("DELETE FROM words"))
            found = {path.name: path.stat().st_mode & 0o777 for path in data.iterdir()}
    assert found.keys() == {"store.sqlite", "store.sqlite-wal", "store.sqlite-shm"}
    assert set(found.values()) == {0o600}
    assert data.stat().st_mode & 0o777 == 0o700


def test_what_fails_is_rolled_back(store: Store) -> None:
    def fail() -> None:
        with store.session() as session:
            session.add(Blob(sha256="a" * 64, md5="b" * 32, size=1, made=0.0))
            session.flush()
            raise ValueError

    with pytest.raises(ValueError, match="^$"):
        fail()
    with store.reading() as session:
        assert session.get(Blob, "a" * 64) is None


def test_a_row_without_its_blob_cannot_be(store: Store) -> None:
    fields: dict[str, Any] = dict.fromkeys(("format", "make", "model", "taken"), "")
    numbers: dict[str, Any] = {"kept": 0.0, "width": 1, "height": 1, "tags": {}}
    photo = Photo(id="1" * 32, owner="ann", sha256="c" * 64, **fields, **numbers)

    def add() -> None:
        with store.session() as session:
            session.add(photo)

    with pytest.raises(IntegrityError):
        add()


def test_a_locked_database_is_busy_and_then_serves_again(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    plain.keep("ann", upload(1))
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageBusy) as caught:
            plain.keep("ann", upload(2))
        assert caught.value.retry_after
        assert len(plain.search("ann", Search()).photos) == 1  # who reads waits for nobody
        other.rollback()
    assert plain.keep("ann", upload(2)).new


def test_a_transaction_that_writes_has_the_lock_before_anything_is_asked(
    plain: Store, tmp_path: Path
) -> None:
    with (
        plain.session(),
        closing(sqlite3.connect(tmp_path / "store.sqlite", 0.1)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_rows_locked_in_postgresql_are_busy(postgres_url: str) -> None:
    with closing(Database(postgres_url, 0.3)) as database, database.session() as holding:
        holding.execute(text("LOCK TABLE blobs"))

        def write() -> None:
            with database.session() as session:
                session.add(Blob(sha256="a" * 64, md5="b" * 32, size=1, made=0.0))

        with pytest.raises(StorageBusy):
            write()


def test_connections_that_were_cut_are_made_anew(postgres_url: str) -> None:
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    one, other = Database(postgres_url, 2), Database(postgres_url, 2)
    with closing(one), closing(other):
        with one.session() as session:
            session.execute(text("SELECT 1"))
        with other.session() as session:
            session.execute(cut)
        with one.session() as session:
            assert session.execute(text("SELECT 1")).scalar() == 1

        def be_cut() -> None:
            with one.session() as session, other.session() as cutting:
                session.execute(text("SELECT 1"))
                cutting.execute(cut)
                session.execute(text("SELECT 1"))

        with pytest.raises(StorageUnavailable):
            be_cut()


def test_more_sessions_than_connections_wait_and_are_then_told(plain: Store) -> None:
    inside, leave = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        with plain.reading() as session:
            session.execute(text("SELECT 1"))
            inside.release()
            leave.wait(20)

    holding = [threading.Thread(target=hold) for _ in range(16)]
    for thread in holding:
        thread.start()
    for _ in holding:
        assert inside.acquire(timeout=20)
    with pytest.raises(StorageBusy):
        plain.search("ann", Search())
    leave.set()
    for thread in holding:
        thread.join(20)
    assert plain.search("ann", Search()).photos == ()


def test_a_full_disk_keeps_nothing_and_says_so(
    plain: Store, upload: Callable[..., Upload]
) -> None:
    plain.keep("ann", upload(1))
    with plain.session() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
    # One connection is used again and again while nobody else needs one.
    text_ = "x" * 190

    def fill() -> None:
        for number in range(2, 200):
            plain.keep("ann", upload(number), {f"t{n}": text_ for n in range(30)})

    with pytest.raises(StorageFull):
        fill()
    with plain.session() as session:
        session.execute(text("PRAGMA max_page_count = 100000"))
    assert plain.keep("ann", upload(500)).new


def test_a_database_that_was_taken_away_is_told_and_then_made_anew(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    plain.keep("ann", upload(1))
    for path in tmp_path.glob("store.sqlite*"):
        path.unlink()
    with pytest.raises(StorageUnavailable):
        plain.keep("ann", upload(2))
    assert plain.keep("ann", upload(2)).new
    assert len(plain.search("ann", Search()).photos) == 1


def test_a_damaged_file_stops_the_start_and_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    file.write_bytes(b"something else" * 100)
    with (
        closing(Database(f"sqlite:///{file}", 1)) as database,
        pytest.raises(StoreError, match="damaged"),
    ):
        database.open()
    assert file.read_bytes() == b"something else" * 100


def test_a_file_damaged_while_it_is_used_is_an_outage(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    plain.keep("ann", upload(1))
    plain.close()
    file = tmp_path / "store.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + bytes(len(whole) - 100))
    with pytest.raises(StorageUnavailable):
        plain.search("ann", Search())


def test_who_cannot_be_reached_is_an_outage(tmp_path: Path) -> None:
    with (
        closing(Database(f"postgresql://tests@/x?host={tmp_path}", 2)) as database,
        pytest.raises(StorageUnavailable),
    ):
        database.open()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://a/b", "cannot be used|neither SQLite nor PostgreSQL"),
        ("nonsense", "cannot be used"),
        ("nothing://a", "cannot be used"),
    ],
)
def test_a_url_that_cannot_be_used(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        Database(url, 1)


def test_without_its_driver_postgresql_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge_server.store.database.find_spec", lambda _name: None)
    with pytest.raises(StoreError, match=r"pip install 'pocketlens\[postgres\]'"):
        Database("postgresql://x/y", 1)


def test_who_reads_sees_one_state(store: Store, upload: Callable[..., Upload]) -> None:
    store.keep("ann", upload(1))
    counted = text("SELECT count(*) FROM photos")
    with store.reading() as session:
        assert session.execute(counted).scalar() == 1
        store.keep("ann", upload(2))
        assert session.execute(counted).scalar() == 1
    with store.reading() as session:
        assert session.execute(counted).scalar() == 2


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        closing(Database(f"sqlite:///{tmp_path}/file/store.sqlite", 1)) as database,
        pytest.raises(StoreError, match="POCKETLENS_DATA"),
    ):
        database.open()


def test_a_folder_that_cannot_be_made_is_an_outage_to_who_asks(
    plain: Store, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with closing(Database(f"sqlite:///{tmp_path}/file/store.sqlite", 1)) as database:
        store = Store(database, plain.blobs)
        with pytest.raises(StorageUnavailable) as caught:
            store.search("ann", Search())
        assert str(tmp_path) not in caught.value.detail


def test_a_copy_of_the_folder_is_a_backup(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    photo = plain.keep("ann", upload(1)).photo
    plain.close()
    shutil.copytree(tmp_path, copy := tmp_path / "copy")
    copied = Database(f"sqlite:///{copy}/store.sqlite", 1)
    with closing(copied), copied.reading() as session:
        assert session.get(Photo, photo.id) is not None
