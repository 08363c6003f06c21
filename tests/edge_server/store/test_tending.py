from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from edge_server.intake.upload import Upload
from edge_server.problems import StorageUnavailable
from edge_server.settings import Settings
from edge_server.store.checking import Swept
from edge_server.store.faults import StoreError
from edge_server.store.store import Store, open_store
from edge_server.store.tending import file_of, look, tended


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Store]:
    """One that waits for a lock: what tidies has it from time to time."""
    made = open_store(Settings(data=str(tmp_path), database_seconds=20))
    assert made is not None
    with closing(made):
        yield made


def services(settings: Settings, store: Store | None = None) -> Any:
    return SimpleNamespace(settings=settings, store=store, needed_store=store)


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    ends = time.monotonic() + seconds
    while not true() and time.monotonic() < ends:
        time.sleep(0.02)
    return true()


def test_a_store_that_was_never_used_is_not_made(tmp_path: Path) -> None:
    with tended(services(Settings(data=str(tmp_path))), every=0.01):
        time.sleep(0.1)
    assert list(tmp_path.iterdir()) == []


def test_what_is_past_its_time_goes_while_the_server_runs(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    settings = Settings(data=str(tmp_path), keep_days=1)
    old = Store(plain.database, plain.blobs, lambda: time.time() - 2 * 86400)
    plain.keep("ann", upload(0))
    with tended(services(settings, plain), every=0.05):
        for number in (1, 2):
            old.keep("ann", upload(number))
            sha256 = upload(number).sha256
            assert until(lambda sha256=sha256: plain.find("ann", sha256) is None)  # type: ignore[misc]
    assert plain.find("ann", upload(0).sha256) is not None


def test_what_a_killed_server_left_goes_at_the_start(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    plain.keep("ann", upload(1))
    plain.blobs.put("ab" * 32, b"")
    (left,) = (tmp_path / "blobs").rglob("ab" * 32)
    os.utime(left, (time.time() - 7200,) * 2)
    with tended(services(Settings(data=str(tmp_path)), plain)):
        assert until(lambda: not left.exists())
    assert plain.find("ann", upload(1).sha256) is not None


@pytest.mark.parametrize("bug", [StorageUnavailable("away"), ValueError("a bug")])
def test_what_goes_wrong_once_does_not_end_the_tidying(
    bug: Exception,
    plain: Store,
    tmp_path: Path,
    upload: Callable[..., Upload],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    came: list[float] = []

    def expired(_store: Store, keep_days: float) -> Swept:
        came.append(keep_days)
        if len(came) < 3:
            raise bug
        return Swept(photos=1, blobs=0, parts=0)

    monkeypatch.setattr("edge_server.store.checking.expired", expired)
    plain.keep("ann", upload(1))
    with tended(services(Settings(data=str(tmp_path), keep_days=3), plain), every=0.01):
        assert until(lambda: len(came) > 4)
    assert set(came) == {3}


def test_an_outage_does_not_end_the_tidying(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    plain.keep("ann", upload(1))
    plain.blobs.put("ab" * 32, b"")
    for path in tmp_path.glob("store.sqlite*"):
        path.unlink()
    with tended(services(Settings(data=str(tmp_path), keep_days=1), plain), every=0.05):
        old = Store(plain.database, plain.blobs, lambda: 1000.0)
        assert until(lambda: _kept(old, upload(2)))
        assert until(lambda: plain.find("ann", upload(2).sha256) is None)


def _kept(store: Store, sent: Upload) -> bool:
    try:
        store.keep("ann", sent)
    except StorageUnavailable:
        return False
    return True


@pytest.mark.parametrize(
    "content", [b"nothing that is known", b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_damaged_database_stops_the_start(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        look(Settings(data=str(tmp_path)))


def test_a_newer_database_stops_the_start(
    plain: Store, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    from sqlalchemy import text

    look(Settings(data=str(tmp_path)))
    plain.keep("ann", upload(1))
    look(Settings(data=str(tmp_path)))
    with plain.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        look(Settings(data=str(tmp_path)))
    look(Settings(data=str(tmp_path), store="no"))


def test_a_database_of_no_bytes_is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"")
    look(Settings(data=str(tmp_path)))


def test_the_file_of_the_database(tmp_path: Path) -> None:
    assert file_of(Settings(data=str(tmp_path))) == tmp_path / "store.sqlite"
    assert file_of(Settings(database_url="sqlite:////x/y.db")) == Path("/x/y.db")
    assert file_of(Settings(database_url="postgresql://x/y")) is None
    assert file_of(Settings(store="no")) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"database_url": "mysql://x"}, "neither SQLite nor PostgreSQL"),
        ({"blobs_url": "nothing://x"}, "s3://bucket/prefix"),
    ],
)
def test_a_url_that_cannot_be_used_stops_the_start(
    given: dict[str, str], said: str, tmp_path: Path
) -> None:
    class Lazy:
        settings = Settings(data=str(tmp_path), **given)

        @property
        def needed_store(self) -> Store | None:
            return open_store(self.settings)

    with pytest.raises(StoreError, match=said), tended(cast("Any", Lazy())):
        pass


def test_the_server_says_in_one_line_why_it_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"nothing that is known")
    done = subprocess.run(
        [sys.executable, "-m", "edge_server", "--port", "0", "--data", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "restore it from a copy" in done.stderr
    assert done.stderr.count("\n") == 1
