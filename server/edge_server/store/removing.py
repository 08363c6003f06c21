"""Taking things out of the store: rows first, then the blobs that no row needs any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, or_, select

from edge_server.store.every_table import every_table
from edge_server.store.faults import unavailable
from edge_server.store.tables import Blob, Photo, Picture, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from edge_server.problems import StorageUnavailable
    from edge_server.store.records import Question
    from edge_server.store.store import Store

_AT_ONCE = 200


def drop_photos(session: Session, ids: Sequence[str]) -> set[str]:
    """The rows of these photos and of all that belongs to them: the blobs they needed."""
    of_results = select(Picture.sha256).join(Result).where(Result.photo_id.in_(ids)).distinct()
    hashes = set(session.scalars(of_results))
    hashes |= set(session.scalars(select(Photo.sha256).where(Photo.id.in_(ids))))
    session.execute(delete(Photo).where(Photo.id.in_(ids)))
    return hashes


def drop_result(session: Session, photo: Photo, question: Question) -> set[str]:
    """The answer to that question, of whichever versions: the blobs that it needed."""
    found = session.scalar(
        select(Result).where(Result.photo_id == photo.id, Result.question == question.digest)
    )
    if found is None:
        return set()
    hashes = {picture.sha256 for picture in found.pictures}
    session.execute(delete(Result).where(Result.id == found.id))
    session.expunge(found)
    return hashes


def forget(store: Store, owner: str) -> int:
    """Everything of that owner, in whichever table: how many photos there were."""
    with store.session() as session:
        ids = list(session.scalars(select(Photo.id).where(Photo.owner == owner)))
        for start in range(0, len(ids), _AT_ONCE):
            drop_photos(session, ids[start : start + _AT_ONCE])
        for table in reversed(every_table().sorted_tables):
            if "owner" in table.columns:
                session.execute(delete(table).where(table.columns["owner"] == owner))
        spare = list(session.scalars(select(Blob.sha256).where(~needed())))
    release(store, spare)
    store.database.scrub()
    return len(ids)


def expire(store: Store, before: float) -> int:
    """Every photo that was kept before that time, so many at once: how many."""
    count = 0
    while True:
        with store.session() as session:
            old = select(Photo.id).where(Photo.kept < before).limit(_AT_ONCE)
            ids = list(session.scalars(old))
            hashes = drop_photos(session, ids) if ids else set()
        release(store, hashes)
        count += len(ids)
        if len(ids) < _AT_ONCE:
            if count:
                store.database.scrub()
            return count


def release(store: Store, hashes: Iterable[str]) -> int:
    """Take away those of these blobs that no row needs, rows first: how many."""
    wanted = sorted(set(hashes))
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        with store.session() as session:
            store.database.lock_blobs(session, part)
            session.execute(delete(Blob).where(Blob.sha256.in_(part), ~needed()))
    return sum(remove_orphan(store, sha256) for sha256 in wanted)


def remove_orphan(store: Store, sha256: str) -> bool:
    """Take a blob away if it has no row, while nobody can give it one: whether it was so."""
    with store.session() as session:
        store.database.lock_blobs(session, [sha256])
        if session.get(Blob, sha256) is not None:
            return False
        store.blobs.delete(sha256)
        return True


def needed() -> ColumnElement[bool]:
    """Whether any row of any table refers to the blob."""
    columns = (
        column
        for table in every_table().sorted_tables
        for column in table.columns
        if any(foreign.target_fullname == "blobs.sha256" for foreign in column.foreign_keys)
    )
    return or_(*(exists().where(column == Blob.sha256) for column in columns))


def blob_lost(sha256: str) -> StorageUnavailable:
    """What is told where a row's blob is not there."""
    return unavailable(f"the blob {sha256} is lost: 'edge-serve store check' lists all")
