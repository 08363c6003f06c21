"""Reverse image search over what the store keeps, for each owner apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from edge_server.intake.decoding import Wishes
from edge_server.made_once import made_once
from edge_server.search.describing import Describer
from edge_server.search.finding import ALIKE, COMPARED, Asked, candidates, copies, transform_of
from edge_server.search.folding import Folding
from edge_server.search.indexes import Indexes
from edge_server.search.indexing import Indexer
from edge_server.search.records import KINDS, Found, Match, SearchParams
from edge_server.search.rows import Rows
from edge_server.store.searching import record
from edge_server.store.tables import Photo as PhotoRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from edge_runtime.images import Photo
    from edge_server.engine.interface import Deadline, Engine, Ticket
    from edge_server.intake.intake import Intake
    from edge_server.search.finding import Candidate, Lying
    from edge_server.store.records import PhotoRecord
    from edge_server.store.store import Store

_FEW = 4  # photos that were just kept, and that a search waits for
_MOST_SECONDS = 2.0
_WHATEVER_IS_THERE = Wishes(allow_truncated=True)


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is searched for: ``sha256`` of the file, and the id of the photo itself where it
    is a kept one, which is no match of its own.
    """

    owner: str
    photo: Photo
    sha256: str
    params: SearchParams
    deadline: Deadline
    itself: str = ""
    began: Callable[[Ticket], None] = lambda _ticket: None


@dataclass(frozen=True, kw_only=True)
class Searcher:
    """Searches; any number of threads may use one.  ``folder``: where large indexes lie."""

    store: Store
    engine: Engine
    intake: Intake
    folder: Path

    @made_once
    def describer(self) -> Describer:
        """What makes descriptions."""
        return Describer(self.engine)

    @made_once
    def rows(self) -> Rows:
        """The rows that can be compared with what is described now."""
        return Rows(self.store, self.describer.version)

    @made_once
    def indexes(self) -> Indexes:
        """The indexes in memory."""
        return Indexes(self.rows, self.folder)

    @made_once
    def folding(self) -> Folding:
        """What makes large indexes quick."""
        return Folding(self.indexes)

    @made_once
    def indexer(self) -> Indexer:
        """What describes kept photos."""
        return Indexer(
            store=self.store, intake=self.intake, describer=self.describer, rows=self.rows
        )

    def search(self, sought: Sought) -> Found:
        """The matches among the owner's photos.

        Raises the ``Problem`` s of the store and of the engine: an index that cannot be read
        is never an empty answer.
        """
        self._settle(sought)
        description = self.describer.describe(sought.photo, sought.deadline, sought.began)
        asked = Asked.of(sought.photo, description)
        with self.indexes.index(sought.owner) as index:
            searched = len(index)
            among = candidates(index, asked, max(sought.params.limit, COMPARED) + 1)
        self.folding.wake()
        among = [one for one in among if one.photo_id != sought.itself]
        matches = self._matches(sought, asked, among)
        pending, failed = self.rows.counts(sought.owner)
        return Found(
            matches=tuple(matches)[: sought.params.limit],
            searched=searched,
            pending=pending,
            failed=failed,
        )

    def _settle(self, sought: Sought) -> None:
        """Wait a little for what was just kept."""
        pending, _ = self.rows.counts(sought.owner)
        if pending:
            self.indexer.wake()
        if 0 < pending <= _FEW:
            self.indexer.settle(min(_MOST_SECONDS, sought.deadline.remaining()))

    def search_kept(self, owner: str, photo_id: str, sought: Callable[..., Sought]) -> Found:
        """The matches of a kept photo, without itself; ``NotFound`` where it is not kept.

        ``sought`` is given what is known of it by name.
        """
        kept, content = self.store.original(owner, photo_id)
        photo = self.intake.from_bytes(content, _WHATEVER_IS_THERE).photo
        return self.search(
            sought(owner=owner, photo=photo, sha256=kept.sha256, itself=photo_id)
        )

    def stop(self) -> None:
        """End what goes on in the background."""
        for name in ("indexer", "folding"):
            worker = vars(self).get(name)
            if worker is not None:
                worker.stop()

    def rebuild(self, told: Callable[[int], None] = lambda _count: None) -> int:
        """Describe every kept photo anew: how many."""
        self.rows.clear()
        self.indexes.forget()
        return self.indexer.catch_up(told=told)

    def _matches(self, sought: Sought, asked: Asked, among: list[Candidate]) -> Iterator[Match]:
        told = KINDS[: KINDS.index(sought.params.kind) + 1]
        exact = self._exact(sought, asked)
        yield from exact
        known = {one.photo.id for one in exact}
        if "near" not in told:
            return
        left = [one for one in among if one.photo_id not in known]
        near = list(copies(self.rows, asked, left, sought.deadline))
        records = self._records(sought.owner, [one.photo_id for one in left])
        yield from _near(asked, near, records)
        if "alike" in told:
            copied = {one.photo_id for one, _ in near}
            yield from _alike((one for one in left if one.photo_id not in copied), records)

    def _exact(self, sought: Sought, asked: Asked) -> list[Match]:
        same = self.rows.same_pixels(sought.owner, asked.description.pixels)
        found = self._records(sought.owner, same)
        by_bytes = self.store.find(sought.owner, sought.sha256)
        if by_bytes is not None:
            found[by_bytes.id] = by_bytes
        found.pop(sought.itself, None)
        return [Match(photo=found[id_], kind="exact", score=1.0) for id_ in sorted(found)]

    def _records(self, owner: str, ids: Iterable[str]) -> dict[str, PhotoRecord]:
        """Those of these photos that are still kept, by their ids."""
        query = select(PhotoRow).where(PhotoRow.owner == owner, PhotoRow.id.in_(list(ids)))
        with self.store.reading() as session:
            return {row.id: record(row) for row in session.scalars(query)}


def _near(
    asked: Asked, near: list[tuple[Candidate, Lying]], records: dict[str, PhotoRecord]
) -> list[Match]:
    found = [
        Match(
            photo=records[one.photo_id],
            kind="near",
            score=round(lying.alignment.agreement, 4),
            transform=transform_of(asked, lying, records[one.photo_id]),
        )
        for one, lying in near
        if one.photo_id in records
    ]
    return sorted(found, key=lambda match: -match.score)


def _alike(left: Iterable[Candidate], records: dict[str, PhotoRecord]) -> Iterator[Match]:
    """By their cosines, which the candidates are in the order of."""
    for one in left:
        if one.cosine is not None and one.cosine >= ALIKE and one.photo_id in records:
            score = round(min(1.0, one.cosine), 4)
            yield Match(photo=records[one.photo_id], kind="alike", score=score)
