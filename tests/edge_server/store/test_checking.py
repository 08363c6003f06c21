from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge_server.intake.upload import Upload
from edge_server.store.checking import DAY, check, gc
from edge_server.store.database import Database
from edge_server.store.records import Outcome, Question
from edge_server.store.rows import sha256_of
from edge_server.store.store import Store
from edge_server.store.tables import Blob

LONELY = "ab" * 32


def test_an_empty_store_is_clean(store: Store) -> None:
    report = check(store)
    assert report.clean
    assert (report.photos, report.results, report.blobs, report.bytes) == (0, 0, 0, 0)


def test_what_is_wrong_is_found(store: Store, upload: Callable[..., Upload]) -> None:
    whole, lost, damaged = (store.keep("ann", upload(number)).photo for number in (1, 2, 3))
    store.put_result("ann", whole.sha256, Question(analysis="a"), Outcome(answer=b"{}"))
    assert check(store).clean
    store.blobs.delete(lost.sha256)
    store.blobs.put(damaged.sha256, b"other")
    store.blobs.put(LONELY, b"lonely")
    report = check(store)
    assert (report.photos, report.results, report.blobs) == (3, 1, 3)
    assert report.bytes == whole.size + lost.size + damaged.size
    assert report.lost == (lost.sha256,)
    assert report.damaged == (damaged.sha256,)
    assert report.orphans == (LONELY,)
    assert not report.clean
    assert check(store, read=False).damaged == ()


def test_what_comes_again_meanwhile_is_not_lost(
    store: Store, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = store.keep("ann", upload(1)).photo
    store.blobs.delete(photo.sha256)
    lock = Database.lock_blobs

    def locked(*given: Any) -> None:
        store.blobs.put(photo.sha256, upload(1).encoded)
        lock(*given)

    monkeypatch.setattr(Database, "lock_blobs", locked)
    assert check(store).clean


def test_orphans_are_left_to_their_writer_for_a_while(store: Store) -> None:
    store.blobs.put(LONELY, b"lonely")
    assert gc(store).blobs == 0
    assert store.blobs.has(LONELY)
    later = Store(store.database, store.blobs, lambda: store.clock() + 7200)
    assert gc(later).blobs == 1
    assert not store.blobs.has(LONELY)


def test_rows_that_nobody_needs_go_with_their_blobs(store: Store) -> None:
    content = b"needed by nobody"
    sha256 = sha256_of(content)
    store.blobs.put(sha256, content)
    with store.session() as session:
        session.add(Blob(sha256=sha256, md5="c" * 32, size=len(content), made=0.0))
    assert check(store).clean
    assert gc(store).blobs == 1
    assert check(store).blobs == 0


def test_photos_past_their_time_go(store: Store, upload: Callable[..., Upload]) -> None:
    old = Store(store.database, store.blobs, lambda: store.clock() - 3 * DAY)
    old.keep("ann", upload(1))
    store.keep("ann", upload(2))
    assert gc(store).photos == 0
    swept = gc(store, keep_days=2)
    assert (swept.photos, check(store).photos, check(store).blobs) == (1, 1, 1)
