"""Whether rows and blobs agree, and taking away what is left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from edge_runtime.spec import Record
from edge_server.store.folder_blobs import FolderBlobs
from edge_server.store.removing import needed, release, remove_orphan
from edge_server.store.rows import sha256_of
from edge_server.store.tables import Blob, Photo, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_server.store.store import Store

DAY = 86400
GRACE = 3600.0  # seconds that a blob without a row is left to whoever is writing it


class Report(Record, frozen=True, kw_only=True):
    """What is kept, and by their SHA-256 the blobs that are not as they should be.

    ``lost`` have a row and no bytes, ``damaged`` have other bytes than their name says,
    ``orphans`` have no row: a process was killed between the two, which harms nobody.
    """

    photos: int
    results: int
    blobs: int
    bytes: int
    lost: tuple[str, ...]
    damaged: tuple[str, ...]
    orphans: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether all is as it should be."""
        return not (self.lost or self.damaged or self.orphans)


class Swept(Record, frozen=True, kw_only=True):
    """What was taken away: expired photos, blobs that nobody needs, unfinished files."""

    photos: int
    blobs: int
    parts: int


def check(store: Store, *, read: bool = True) -> Report:
    """Compare rows with blobs; with ``read`` every blob is read and hashed.

    A server may run meanwhile: what seems wrong is looked at again.
    """
    with store.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(t)) for t in (Photo, Result)]
        sizes = dict(session.execute(select(Blob.sha256, Blob.size)).all())
    seen = {one.sha256 for one in store.blobs.seen()}
    return Report(
        photos=counts[0] or 0,
        results=counts[1] or 0,
        blobs=len(sizes),
        bytes=sum(sizes.values()),
        lost=tuple(sha for sha in sorted(sizes.keys() - seen) if _lost(store, sha)),
        damaged=tuple(_damaged(store, sorted(sizes.keys() & seen))) if read else (),
        orphans=tuple(sha for sha in sorted(seen - sizes.keys()) if not _has_row(store, sha)),
    )


def expired(store: Store, keep_days: float) -> Swept:
    """Delete photos older than so many days (0: none)."""
    count = store.expire(store.clock() - keep_days * DAY) if keep_days else 0
    return Swept(photos=count, blobs=0, parts=0)


def gc(store: Store, grace: float = GRACE, keep_days: float = 0) -> Swept:
    """Delete photos older than ``keep_days`` (0: none), then what nobody needs; blobs
    without a row that are younger than ``grace`` seconds stay.
    """
    old = expired(store, keep_days)
    with store.reading() as session:
        spare = list(session.scalars(select(Blob.sha256).where(~needed())))
        rows = set(session.scalars(select(Blob.sha256)))
    before = store.clock() - grace
    released = release(store, spare)
    orphans = [
        one.sha256
        for one in store.blobs.seen()
        if one.sha256 not in rows and one.modified <= before
    ]
    removed = sum(remove_orphan(store, sha256) for sha256 in orphans)
    parts = store.blobs.sweep_parts(before) if isinstance(store.blobs, FolderBlobs) else 0
    return Swept(photos=old.photos, blobs=released + removed, parts=parts)


def _lost(store: Store, sha256: str) -> bool:
    with store.session() as session:  # in which nobody adds or removes it
        store.database.lock_blobs(session, [sha256])
        return session.get(Blob, sha256) is not None and not store.blobs.has(sha256)


def _has_row(store: Store, sha256: str) -> bool:
    with store.reading() as session:
        return session.get(Blob, sha256) is not None


def _damaged(store: Store, hashes: list[str]) -> Iterator[str]:
    for sha256 in hashes:
        content = store.blobs.get(sha256)
        if content is not None and sha256_of(content) != sha256:
            yield sha256
