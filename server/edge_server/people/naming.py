"""Whom a group of collected faces shows, enrolled by one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from edge_server.people.deciding import Deciding
from edge_server.people.grouping import settle
from edge_server.people.rows import owned_person, person_record, person_row
from edge_server.people.tables import EnrolledFace

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from edge_server.people.collection import Collection
    from edge_server.people.records import Consent, PersonRecord
    from edge_server.people.tables import Person


@dataclass(frozen=True)
class Naming:
    """Over the collected faces of one owner: the person knows the face, and the group is
    theirs, both or neither.

    Both methods may raise ``NotFound``, ``Contradiction`` and the store's problems.
    """

    collection: Collection

    def enrol(self, name: str, consent: Consent, face_id: str) -> PersonRecord:
        """A person who was not known, by a collected face."""
        own = self.collection.own
        with own.store.session() as session:
            person = person_row(own.owner, name, consent, own.store.clock())
            return self._given(session, person, face_id)

    def add(self, person_id: str, face_id: str) -> PersonRecord:
        """One more face of a person who is known."""
        with self.collection.own.store.session() as session:
            person = owned_person(session, self.collection.own.owner, person_id)
            return self._given(session, person, face_id)

    def _given(self, session: Session, person: Person, face_id: str) -> PersonRecord:
        own = self.collection.own
        own.store.database.lock_owner(session, own.owner)
        settle(session, own.owner)
        face = self.collection.face(session, face_id)
        session.add(person)
        made = own.store.clock()
        person.faces.append(
            EnrolledFace(id=uuid4().hex, vector=face.vector, chip=face.chip, made=made)
        )
        session.flush()
        Deciding(self.collection).name(session, (face_id,), person.id)
        return person_record(person)
