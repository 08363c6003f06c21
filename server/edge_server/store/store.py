"""The store: photos, what was found in them and pictures of it, for each owner apart.

A blob is written before the row that needs it, and taken away after the last row: whenever
the process is killed, no row is without its blob, and a blob too many is for ``gc``.  Rows
are added and blobs removed under one lock of the blob's name, so that neither misses the
other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING

from sqlalchemy import select

from edge_server.problems import NotFound
from edge_server.store import documents, removing, searching
from edge_server.store.blobs import open_blobs
from edge_server.store.database import Database
from edge_server.store.records import Kept, MadePicture, Outcome
from edge_server.store.rows import add_result, add_tags, photo_of, photo_row, sha256_of
from edge_server.store.tables import Blob, Photo, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from edge_server.intake.upload import Upload
    from edge_server.settings import Settings
    from edge_server.store.blobs import Blobs
    from edge_server.store.records import Page, PhotoRecord, Question, Search
    from edge_server.store.tables import Picture

FRESH = 86400.0  # seconds in which a photo that comes again is not written down again


@dataclass(frozen=True)
class Store:
    """A database and its blobs; any number of threads may use one.

    Every method may raise ``StorageBusy``, ``StorageFull`` or ``StorageUnavailable``.
    ``clock`` gives the seconds since 1970.  Each of ``told`` is called once a new photo is
    kept, and must be quick.
    """

    database: Database
    blobs: Blobs
    clock: Callable[[], float] = field(default=time)
    told: Sequence[Callable[[], None]] = ()

    def session(self) -> AbstractContextManager[Session]:
        """A transaction that writes, for the tables of other modules."""
        return self.database.session()

    def reading(self) -> AbstractContextManager[Session]:
        """A transaction that only reads."""
        return self.database.reading()

    def open(self) -> None:
        """Open the database now: see ``Database.open``."""
        self.database.open()

    def close(self) -> None:
        """Close its connections."""
        self.database.close()

    def keep(self, owner: str, upload: Upload, tags: Mapping[str, str] | None = None) -> Kept:
        """Keep a photo of that owner; the same bytes again are the same photo.

        ``tags`` are added to those that the photo has.  One that was kept long ago is kept
        as long again from now.
        """
        known = self.find(owner, upload.sha256)
        fresh = self.clock() - FRESH
        if known is not None and not tags and known.kept > fresh:
            return Kept(photo=known, new=False)
        contents = {upload.sha256: upload.encoded}
        self.put_blobs(contents)
        with self.session() as session:
            self.add_blobs(session, contents)
            photo = session.scalar(photo_of(owner, upload.sha256).with_for_update(of=Photo))
            new = photo is None
            if photo is None:
                photo = photo_row(owner, upload, self.clock())
                session.add(photo)
            photo.kept = photo.kept if photo.kept > fresh else self.clock()
            add_tags(session, photo, tags or {})
            session.flush()
            session.refresh(photo)
            kept = Kept(photo=searching.record(photo), new=new)
        for tell in self.told if new else ():
            tell()
        return kept

    def find(self, owner: str, sha256: str) -> PhotoRecord | None:
        """The owner's photo of these bytes; None where it is not kept."""
        with self.reading() as session:
            photo = session.scalar(photo_of(owner, sha256))
            return None if photo is None else searching.record(photo)

    def photo(self, owner: str, photo_id: str) -> PhotoRecord:
        """The owner's photo of that id; ``NotFound`` where there is none."""
        with self.reading() as session:
            return searching.record(searching.owned(session, owner, photo_id))

    def original(self, owner: str, photo_id: str) -> tuple[PhotoRecord, bytes]:
        """The photo and its bytes as they came."""
        record = self.photo(owner, photo_id)
        return record, self.content(record.sha256)

    def picture(self, owner: str, photo_id: str, picture_id: str) -> MadePicture:
        """A picture of the photo's results; ``NotFound`` where there is none."""
        with self.reading() as session:
            found = searching.picture(session, owner, photo_id, picture_id)
        return self._made(found)

    def find_result(self, owner: str, sha256: str, question: Question) -> Outcome | None:
        """What was answered to that question, by the same versions; None where it was not."""
        of_photo = (Photo.owner == owner, Photo.sha256 == sha256)
        query = select(Result).join(Photo).where(*of_photo)
        with self.reading() as session:
            result = session.scalar(query.where(Result.question == question.digest))
            if result is None or result.versions != question.versions:
                return None
            answer, pictures = result.answer, list(result.pictures)
        try:
            return Outcome(answer=answer, pictures=tuple(map(self._made, pictures)))
        except NotFound:  # deleted since it was found
            return None

    def put_result(self, owner: str, sha256: str, question: Question, outcome: Outcome) -> bool:
        """Keep an answer with the owner's photo, in place of an older one to that question.

        False where the photo is not kept (any more): then nothing is.
        """
        contents = {sha256_of(made.content): made.content for made in outcome.pictures}
        self.put_blobs(contents)
        with self.session() as session:
            self.add_blobs(session, contents)
            photo = session.scalar(photo_of(owner, sha256).with_for_update(of=Photo))
            spare = set(contents)
            if photo is not None:
                spare = removing.drop_result(session, photo, question) - spare
                add_result(session, photo, (question, outcome), self.clock())
        self.release(spare)
        return photo is not None

    def document(self, owner: str, photo_id: str) -> documents.Document:
        """Everything that is known of a photo, ready for JSON."""
        with self.reading() as session:
            return documents.document(session, searching.owned(session, owner, photo_id))

    def search(self, owner: str, search: Search) -> Page:
        """The owner's photos that fit, a page of them."""
        with self.reading() as session:
            return searching.search(session, owner, search)

    def delete(self, owner: str, photo_id: str) -> None:
        """The photo and all that was known of it are gone when this returns.

        Raises ``NotFound`` where there is none.
        """
        with self.session() as session:
            photo = searching.owned(session, owner, photo_id)
            hashes = removing.drop_photos(session, [photo.id])
        self.release(hashes)
        self.database.scrub()

    def expire(self, before: float) -> int:
        """Delete every photo that was kept before that time, of whichever owner: how many."""
        return removing.expire(self, before)

    def release(self, hashes: Iterable[str]) -> int:
        """Take away those of these blobs that no row needs: how many."""
        return removing.release(self, hashes)

    def put_blobs(self, contents: Mapping[str, bytes]) -> None:
        """Write the bytes, before a session begins that adds their rows."""
        for sha256, content in contents.items():
            if not self.blobs.has(sha256):
                self.blobs.put(sha256, content)

    def add_blobs(self, session: Session, contents: Mapping[str, bytes]) -> None:
        """Their rows; nobody takes them away before the session ends."""
        self.database.lock_blobs(session, contents)
        self.put_blobs(contents)
        for sha256, content in contents.items():
            if session.get(Blob, sha256) is None:
                md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
                made = self.clock()
                session.add(Blob(sha256=sha256, md5=md5, size=len(content), made=made))
        session.flush()

    def _made(self, picture: Picture) -> MadePicture:
        return MadePicture(
            name=picture.name,
            media_type=picture.media_type,
            content=self.content(picture.sha256),
        )

    def content(self, sha256: str) -> bytes:
        """The bytes of a blob of which there was a row a moment ago; ``NotFound`` where it
        was deleted since."""
        content = self.blobs.get(sha256)
        if content is not None:
            return content
        with self.session() as session:  # it may have come again: now nobody changes it
            self.database.lock_blobs(session, [sha256])
            here = session.get(Blob, sha256) is not None
            content = self.blobs.get(sha256)
        if not here:
            raise NotFound("it was deleted while it was asked for")
        if content is None:
            raise removing.blob_lost(sha256)
        return content


def open_store(settings: Settings, told: Sequence[Callable[[], None]] = ()) -> Store | None:
    """The store of these settings, opened when it is first used; None where it is off.

    Each of ``told`` is called once a new photo is kept.
    """
    if settings.store == "no":
        return None
    file = settings.folder / "store.sqlite"
    return Store(
        Database(settings.database_url or f"sqlite:///{file}", settings.database_seconds),
        open_blobs(settings.blobs_url or str(settings.folder / "blobs")),
        told=told,
    )
