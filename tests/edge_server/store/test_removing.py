from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, select

from edge_server.intake.upload import Upload
from edge_server.problems import StorageUnavailable
from edge_server.store.every_table import every_table
from edge_server.store.records import Search
from edge_server.store.removing import forget, needed, release, remove_orphan
from edge_server.store.store import Store
from edge_server.store.tables import Blob

LONELY = "ab" * 32


def test_only_what_no_row_needs_is_released(
    store: Store, upload: Callable[..., Upload]
) -> None:
    photo = store.keep("ann", upload(1)).photo
    store.blobs.put(LONELY, b"lonely")
    with store.session() as session:
        session.add(Blob(sha256=LONELY, md5="c" * 32, size=6, made=0.0))
    with store.reading() as session:
        assert list(session.scalars(select(Blob.sha256).where(needed()))) == [photo.sha256]
    assert release(store, [photo.sha256, LONELY]) == 1
    assert [one.sha256 for one in store.blobs.seen()] == [photo.sha256]
    assert release(store, []) == 0


def test_a_blob_with_a_row_is_no_orphan(store: Store, upload: Callable[..., Upload]) -> None:
    photo = store.keep("ann", upload(1)).photo
    store.blobs.put(LONELY, b"lonely")
    assert not remove_orphan(store, photo.sha256)
    assert remove_orphan(store, LONELY)
    assert store.blobs.has(photo.sha256)
    assert not store.blobs.has(LONELY)


def test_where_blobs_cannot_be_deleted_the_rows_are_gone_and_gc_mends_it(
    plain: Store, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    from edge_server.store.checking import check, gc
    from edge_server.store.faults import unavailable
    from edge_server.store.folder_blobs import FolderBlobs

    def fail(_blobs: object, sha256: str) -> None:
        raise unavailable("the disk")

    photo = plain.keep("ann", upload(1)).photo
    monkeypatch.setattr(FolderBlobs, "delete", fail)
    with pytest.raises(StorageUnavailable):
        plain.delete("ann", photo.id)
    monkeypatch.undo()
    assert not plain.search("ann", Search()).photos
    assert check(plain).orphans == (photo.sha256,)
    assert gc(plain, grace=0).blobs == 1
    assert check(plain).clean


def test_all_of_an_owner_is_forgotten_and_nothing_of_others(
    store: Store, upload: Callable[..., Upload]
) -> None:
    for owner, numbers in (("ann", (1, 2)), ("bob", (2, 3))):
        for number in numbers:
            store.keep(owner, upload(number))
    assert forget(store, "ann") == 2
    assert store.search("ann", Search()).photos == ()
    assert len(store.search("bob", Search()).photos) == 2
    found = {one.sha256 for one in store.blobs.seen()}
    assert found == {upload(number).sha256 for number in (2, 3)}
    with store.reading() as session:
        for table in every_table().sorted_tables:
            if "owner" in table.columns:
                owners = session.scalars(select(table.columns["owner"]))
                assert "ann" not in set(owners)
    assert forget(store, "nobody") == 0


def test_many_photos_expire_in_few_transactions(
    plain: Store, upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_server.store.removing._AT_ONCE", 4)
    for number in range(10):
        plain.keep("ann", upload(number))
    begun = []
    engine = plain.database._opened().engine
    event.listen(engine, "begin", begun.append)
    assert plain.expire(plain.clock() + 1) == 10
    assert not list(plain.blobs.seen())
    assert len(begun) <= 3 * 2 + 10
