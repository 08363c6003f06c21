"""The rows of search in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError

from edge_server.search.embedding import SIZE
from edge_server.search.packing import pack, pack_vector, unpack_vectors
from edge_server.search.tables import SearchVector
from edge_server.store.tables import Photo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from edge_server.search.description import Description
    from edge_server.store.store import Store

_AT_ONCE = 2000
_HASH, _VECTOR = 8, 2 * SIZE
_COLUMNS = SearchVector.id, SearchVector.photo_id, SearchVector.hash, SearchVector.vector


class Mark(NamedTuple):
    """What changes whenever an owner's rows do: how many there are, and the largest id."""

    size: int
    last: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Vectors:
    """Rows as arrays, in the same order: ``ids`` int64 [n], ``photo_ids``, ``hashes`` uint64
    [n], ``vectors`` float32 [n, 256].
    """

    ids: NDArray[np.int64]
    photo_ids: list[str]
    hashes: NDArray[np.uint64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Rows:
    """The rows of one version, in a store; see :class:`SearchVector`."""

    store: Store
    version: str

    def mark(self, owner: str) -> Mark:
        """The state of an owner's rows that can be searched."""
        query = select(func.count(), func.max(SearchVector.id)).where(*self._readable(owner))
        with self.store.reading() as session:
            count, last = session.execute(query).one()
        return Mark(count, last or 0)

    def ids(self, owner: str, after: int = 0) -> NDArray[np.int64]:
        """The ids of an owner's rows, of those that came after that one."""
        these = (*self._readable(owner), SearchVector.id > after)
        with self.store.reading() as session:
            return np.fromiter(session.scalars(select(SearchVector.id).where(*these)), np.int64)

    def vectors(self, ids: NDArray[np.int64]) -> Iterator[Vectors]:
        """These rows, so many at once; damaged ones are deleted, and made anew later."""
        for start in range(0, len(ids), _AT_ONCE):
            part = SearchVector.id.in_(ids[start : start + _AT_ONCE].tolist())
            with self.store.reading() as session:
                rows: Sequence[Any] = session.execute(select(*_COLUMNS).where(part)).all()
            self.drop(row.id for row in rows if not _is_whole(row))
            yield _arrays([row for row in rows if _is_whole(row)])

    def looks(self, ids: Sequence[int]) -> dict[int, bytes]:
        """The packed looks of these rows."""
        query = select(SearchVector.id, SearchVector.look).where(SearchVector.id.in_(ids))
        with self.store.reading() as session:
            return {row.id: row.look for row in session.execute(query)}

    def same_pixels(self, owner: str, pixels: str) -> list[str]:
        """The ids of the owner's photos that have these pixels."""
        same = (*self._readable(owner), SearchVector.pixels == pixels)
        with self.store.reading() as session:
            return list(session.scalars(select(SearchVector.photo_id).where(*same)))

    def pending(self, owner: str | None, after: str, most: int) -> list[tuple[str, str]]:
        """Owner and id of kept photos without a row of this version, at most so many whose
        ids come after that one.
        """
        query = select(Photo.owner, Photo.id).where(*self._without(owner), Photo.id > after)
        with self.store.reading() as session:
            rows = session.execute(query.order_by(Photo.id).limit(most))
            return [(row.owner, row.id) for row in rows]

    def counts(self, owner: str) -> tuple[int, int]:
        """How many of the owner's photos have no row yet, and how many could not be read."""
        kept = select(func.count()).where(Photo.owner == owner)
        described = select(func.count()).where(*self._owners(owner))
        failed = described.where(SearchVector.pixels == "")
        with self.store.reading() as session:
            left = (session.scalar(kept) or 0) - (session.scalar(described) or 0)
            return left, session.scalar(failed) or 0

    def put(self, owner: str, photo_id: str, description: Description | None) -> bool:
        """Write a photo's row in place of an older one; None where it cannot be read.

        False where the photo is not kept any more, or somebody else wrote it meanwhile.
        """
        try:
            with self.store.session() as session:
                old = SearchVector.photo_id == photo_id
                session.execute(delete(SearchVector).where(old))
                session.add(_row(owner, photo_id, self.version, description))
                session.flush()
        except IntegrityError:
            return False
        return True

    def drop(self, ids: Iterable[int]) -> None:
        """Delete these rows: they are made anew."""
        gone = list(ids)
        if gone:
            with self.store.session() as session:
                session.execute(delete(SearchVector).where(SearchVector.id.in_(gone)))

    def clear(self) -> int:
        """Delete every row, of whichever owner and version: how many."""
        with self.store.session() as session:
            return _deleted(session)

    def _owners(self, owner: str) -> tuple[ColumnElement[bool], ...]:
        return SearchVector.owner == owner, SearchVector.version == self.version

    def _readable(self, owner: str) -> tuple[ColumnElement[bool], ...]:
        return (*self._owners(owner), SearchVector.pixels != "")

    def _without(self, owner: str | None) -> list[ColumnElement[bool]]:
        row = exists().where(
            SearchVector.photo_id == Photo.id, SearchVector.version == self.version
        )
        return [~row] if owner is None else [~row, Photo.owner == owner]


def _deleted(session: Session) -> int:
    count = session.scalar(select(func.count()).select_from(SearchVector)) or 0
    session.execute(delete(SearchVector))
    return count


def _row(
    owner: str, photo_id: str, version: str, description: Description | None
) -> SearchVector:
    row = SearchVector(photo_id=photo_id, owner=owner, version=version)
    if description is None:
        row.pixels, row.hash, row.vector, row.look = "", b"", b"", b""
        return row
    row.pixels = description.pixels
    row.hash = description.hash.to_bytes(_HASH, "big")
    row.vector = pack_vector(description.vector)
    row.look = pack(description.look)
    return row


def _is_whole(row: Any) -> bool:
    return len(row.vector) == _VECTOR and len(row.hash) == _HASH


def _arrays(rows: Sequence[Any]) -> Vectors:
    hashes = np.frombuffer(b"".join(row.hash for row in rows), ">u8").astype(np.uint64)
    return Vectors(
        ids=np.array([row.id for row in rows], np.int64),
        photo_ids=[row.photo_id for row in rows],
        hashes=hashes,
        vectors=unpack_vectors([row.vector for row in rows]),
    )
