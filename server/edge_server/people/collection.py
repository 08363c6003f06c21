"""The faces of photos that are kept, in groups of one person each."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from sqlalchemy import select

from edge_server.people.grouping import (
    is_settled,
    regroup,
    remove,
    rule_of,
    rules_of,
    settle,
)
from edge_server.people.records import (
    ClusterRecord,
    ClustersRecord,
    CollectedFaces,
    DecisionRecord,
    DecisionsRecord,
    Whose,
)
from edge_server.people.rows import TOLD, collected_record, png_of, vector_bytes
from edge_server.people.rules import Together, faces_of
from edge_server.people.tables import CollectedFace, Decision, Person
from edge_server.problems import NotFound
from edge_server.store.tables import Photo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from edge_server.people.records import Kind
    from edge_server.people.results import SeenFace
    from edge_server.people.rules import Rule
    from edge_server.store.records import PhotoRecord
    from edge_server.tasks.task import Own


@dataclass(frozen=True)
class Collection:
    """The collected faces of one owner; nobody else sees them.

    Every method may raise ``StorageBusy``, ``StorageFull`` or ``StorageUnavailable``, and
    those that are given an id ``NotFound``.
    """

    own: Own

    def collect(self, photo: PhotoRecord, seen: Sequence[SeenFace]) -> CollectedFaces:
        """Keep the faces of a photo that is kept, and group them with the others; a photo
        whose faces are here already is left as it is, and one that was deleted while they
        were looked for is ``NotFound``."""
        with self.own.store.session() as session:
            self._lock(session)
            stays = select(Photo.id).where(Photo.id == photo.id)
            if session.scalar(stays.with_for_update(read=True, key_share=True)) is None:
                raise NotFound("the photo was deleted while its faces were looked for")
            if not self._of_photo(session, photo.id):
                rows = self._rows(photo, seen)
                session.add_all(rows)
                regroup(session, self.own.owner, [row.id for row in rows])
            session.expire_all()
            return self._told(photo.id, self._of_photo(session, photo.id))

    def of_photo(self, photo_id: str) -> CollectedFaces:
        """The collected faces of a photo; ``NotFound`` where there are none."""
        with self.own.store.session() as session:
            self._lock(session)
            found = self._of_photo(session, photo_id)
        if not found:
            raise NotFound("no face of this photo was collected: POST /v1/people/faces does it")
        return self._told(photo_id, found)

    def leave(self, photo_id: str) -> None:
        """Take the faces of a photo out; the photo stays."""
        with self.own.store.session() as session:
            self._lock(session)
            gone = frozenset(face.id for face in self._of_photo(session, photo_id))
            if not gone:
                raise NotFound("no face of this photo was collected")
            remove(session, self.own.owner, gone)
        self.own.store.database.scrub()

    def chip(self, face_id: str) -> bytes:
        """A face as a PNG of 150 pixels."""
        with self.own.store.reading() as session:
            return self.face(session, face_id).chip

    def clusters(self) -> ClustersRecord:
        """Every group, the largest first."""
        with self.own.store.reading() as session:
            if is_settled(session, self.own.owner):
                return self._clusters(session)
        with self.own.store.session() as session:
            self._lock(session)
            return self._clusters(session)

    def face(self, session: Session, face_id: str) -> CollectedFace:
        """One of them; raises ``NotFound``."""
        found = session.scalar(
            select(CollectedFace).where(
                CollectedFace.id == face_id, CollectedFace.owner == self.own.owner
            )
        )
        if found is None:
            raise NotFound("there is no such face: GET /v1/people/clusters lists them all")
        return found

    def members(self, session: Session, face_id: str) -> list[CollectedFace]:
        """The faces of the group that this one is in, by id."""
        cluster = self.face(session, face_id).cluster
        wanted = select(CollectedFace).where(
            CollectedFace.owner == self.own.owner, CollectedFace.cluster == cluster
        )
        return list(session.scalars(wanted.order_by(CollectedFace.id)))

    def decide(self, session: Session, rule: Rule, person_id: str = "") -> DecisionRecord:
        """Write down what was said, and group anew what it touches."""
        decision = Decision(
            id=uuid4().hex,
            owner=self.own.owner,
            rule=msgspec.to_builtins(rule),
            person_id=person_id or None,
            made=self.own.store.clock(),
        )
        session.add(decision)
        regroup(session, self.own.owner, faces_of(rule))
        return decision_record(decision)

    def decisions(self) -> DecisionsRecord:
        """All that was said, the newest first."""
        with self.own.store.reading() as session:
            said = [decision_record(one) for one, _ in rules_of(session, self.own.owner)]
        return DecisionsRecord(decisions=tuple(reversed(said)))

    def undo(self, decision_id: str) -> None:
        """Take back what was said: the groups are as if it never had been."""
        with self.own.store.session() as session:
            self._lock(session)
            found = session.scalar(
                select(Decision).where(
                    Decision.id == decision_id, Decision.owner == self.own.owner
                )
            )
            if found is None:
                raise NotFound("there is no such decision: GET /v1/people/decisions lists them")
            touched = faces_of(rule_of(found))
            session.delete(found)
            regroup(session, self.own.owner, touched)

    def _lock(self, session: Session) -> None:
        """Nobody else changes the groups, and they are those of the faces that are here."""
        self.own.store.database.lock_owner(session, self.own.owner)
        settle(session, self.own.owner)

    def _of_photo(self, session: Session, photo_id: str) -> list[CollectedFace]:
        wanted = select(CollectedFace).where(
            CollectedFace.owner == self.own.owner, CollectedFace.photo_id == photo_id
        )
        return sorted(session.scalars(wanted), key=lambda face: face.box)

    def _told(self, photo_id: str, faces: Sequence[CollectedFace]) -> CollectedFaces:
        return CollectedFaces(photo=photo_id, faces=tuple(map(collected_record, faces)))

    def _rows(self, photo: PhotoRecord, seen: Sequence[SeenFace]) -> list[CollectedFace]:
        """Their ids are made of the photo's bytes and of the place in it, so that the same
        photos give the same ids, whenever they come."""
        ordered = sorted(seen, key=lambda one: one.face.box_xyxy)
        made = self.own.store.clock()
        return [
            CollectedFace(
                id=(id_ := face_id(self.own.owner, photo.sha256, number)),
                owner=self.own.owner,
                photo_id=photo.id,
                box=[round(side, 3) for side in one.face.box_xyxy],
                score=round(one.face.score, 6),
                vector=vector_bytes(one.vector),
                chip=png_of(one.chip),
                cluster=id_,
                made=made,
            )
            for number, one in enumerate(ordered)
        ]

    def _clusters(self, session: Session) -> ClustersRecord:
        rows: Iterable[Any] = session.execute(
            select(*TOLD)
            .where(CollectedFace.owner == self.own.owner)
            .order_by(CollectedFace.cluster, CollectedFace.id)
        )
        grouped = {id_: list(faces) for id_, faces in groupby(rows, lambda face: face.cluster)}
        whose = self._whose(session, grouped)
        found = [
            ClusterRecord(
                id=id_, person=whose.get(id_), faces=tuple(map(collected_record, faces))
            )
            for id_, faces in grouped.items()
        ]
        return ClustersRecord(clusters=tuple(sorted(found, key=_largest_first)))

    def _whose(
        self, session: Session, grouped: Mapping[str, Sequence[Any]]
    ) -> dict[str, Whose]:
        """Of each group the person whom the newest decision that has a say calls it; a
        decision speaks for the group that has most of its faces."""
        cluster_of = {face.id: id_ for id_, faces in grouped.items() for face in faces}
        people = select(Person.id, Person.name).where(Person.owner == self.own.owner)
        names = {row.id: row.name for row in session.execute(people)}
        found: dict[str, Whose] = {}
        for decision, rule in rules_of(session, self.own.owner):
            votes = Counter(cluster_of[one] for one in sorted(faces_of(rule)))
            if decision.person_id and isinstance(rule, Together) and votes:
                cluster = votes.most_common(1)[0][0]
                found[cluster] = Whose(id=decision.person_id, name=names[decision.person_id])
        return found


def face_id(owner: str, sha256: str, number: int) -> str:
    """Of the ``number``-th face from the left in the photo of these bytes."""
    return hashlib.sha256(f"{owner} {sha256} {number}".encode()).hexdigest()[:32]


def decision_record(decision: Decision) -> DecisionRecord:
    """What is told of a decision."""
    rule = rule_of(decision)
    told: Kind = "merge" if isinstance(rule, Together) else "split"
    return DecisionRecord(
        id=decision.id,
        kind="person" if decision.person_id else told,
        faces=rule.faces,
        others=() if isinstance(rule, Together) else rule.others,
        person=decision.person_id or "",
        made=decision.made,
    )


def _largest_first(cluster: ClusterRecord) -> tuple[int, str]:
    return (-len(cluster.faces), cluster.id)
