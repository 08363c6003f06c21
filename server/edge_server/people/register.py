"""People who agreed to be known: enrolled, found again, and really deleted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from edge_server.people.answers import forget_answers
from edge_server.people.grouping import forget, settle
from edge_server.people.matching import Known
from edge_server.people.records import PeopleRecord
from edge_server.people.rows import (
    owned_person,
    person_record,
    person_row,
    png_of,
    vector_bytes,
    vector_of,
)
from edge_server.people.tables import EnrolledFace, Person

if TYPE_CHECKING:
    from edge_server.people.records import Consent, PersonRecord
    from edge_server.people.results import SeenFace
    from edge_server.tasks.task import Own

_LOG = logging.getLogger("edge_server")


@dataclass(frozen=True)
class Register:
    """The people of one owner; nobody else sees them.

    Every method may raise ``StorageBusy``, ``StorageFull`` or ``StorageUnavailable``, and
    those that are given an id ``NotFound``.
    """

    own: Own

    def enrol(self, name: str, consent: Consent, face: SeenFace) -> PersonRecord:
        """A person who was not known, by one face."""
        with self.own.store.session() as session:
            person = person_row(self.own.owner, name, consent, self.own.store.clock())
            session.add(person)
            person.faces.append(self._row(face))
            session.flush()
            return person_record(person)

    def add(self, person_id: str, face: SeenFace) -> PersonRecord:
        """One more face of a person who is known."""
        with self.own.store.session() as session:
            person = owned_person(session, self.own.owner, person_id)
            person.faces.append(self._row(face))
            session.flush()
            return person_record(person)

    def people(self) -> PeopleRecord:
        """Everybody, by name."""
        with self.own.store.reading() as session:
            found = session.scalars(
                select(Person)
                .where(Person.owner == self.own.owner)
                .order_by(Person.name, Person.id)
                .options(selectinload(Person.faces))
            )
            return PeopleRecord(people=tuple(map(person_record, found)))

    def person(self, person_id: str) -> PersonRecord:
        """One of them."""
        with self.own.store.reading() as session:
            return person_record(owned_person(session, self.own.owner, person_id))

    def rename(self, person_id: str, name: str) -> PersonRecord:
        """Call a person by another name."""
        with self.own.store.session() as session:
            person = owned_person(session, self.own.owner, person_id)
            person.name = name
            return person_record(person)

    def chip(self, person_id: str) -> bytes:
        """The first face that a person is known by, as a PNG of 150 pixels."""
        with self.own.store.reading() as session:
            return owned_person(session, self.own.owner, person_id).faces[0].chip

    def known(self, person_id: str = "") -> Known:
        """The faces of everybody, or of one person."""
        with self.own.store.reading() as session:
            if person_id:
                owned_person(session, self.own.owner, person_id)
            wanted = (
                select(Person.id, Person.name, EnrolledFace.vector)
                .join(EnrolledFace)
                .where(Person.owner == self.own.owner)
                .order_by(EnrolledFace.id)
            )
            if person_id:
                wanted = wanted.where(Person.id == person_id)
            rows = session.execute(wanted).all()
        vectors = [vector_of(row.vector) for row in rows]
        return Known(
            people=tuple(row.id for row in rows),
            names=tuple(row.name for row in rows),
            vectors=np.stack(vectors) if vectors else np.zeros((0, 128), np.float32),
        )

    def delete(self, person_id: str) -> None:
        """The person is forgotten when this returns: name, consent, vectors, chips, every
        collected face that is theirs or near to theirs, what was said of these, and the
        answers of jobs that name them.
        """
        known = self.known(person_id)
        store = self.own.store
        with store.session() as session:
            store.database.lock_owner(session, self.own.owner)
            person = owned_person(session, self.own.owner, person_id)
            settle(session, self.own.owner)
            forget(session, self.own.owner, person_id, known.vectors)
            forget_answers(session, self.own.owner, person_id)
            session.delete(person)
        if not store.database.scrub():
            _LOG.warning("the database's log is held back: it is emptied when it next can be")

    def _row(self, face: SeenFace) -> EnrolledFace:
        return EnrolledFace(
            id=uuid4().hex,
            vector=vector_bytes(face.vector),
            chip=png_of(face.chip),
            made=self.own.store.clock(),
        )
