"""Faces and people as rows, and back."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from PIL import Image
from sqlalchemy import select

from edge_server.people.records import CollectedRecord, Consent, PersonRecord
from edge_server.people.tables import CollectedFace, Person
from edge_server.problems import NotFound

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

_VECTOR = np.dtype("<f4")
# Columns in front of the pictures: SQLite reads a row from its beginning.
TOLD = (
    CollectedFace.id,
    CollectedFace.photo_id,
    CollectedFace.box,
    CollectedFace.score,
    CollectedFace.cluster,
)


def owned_person(session: Session, owner: str, person_id: str) -> Person:
    """The owner's person of that id; ``NotFound`` where there is none."""
    found = session.scalar(select(Person).where(Person.id == person_id, Person.owner == owner))
    if found is None:
        raise NotFound("there is no such person: GET /v1/people lists those there are")
    return found


def person_row(owner: str, name: str, consent: Consent, made: float) -> Person:
    """A person who is new, without a face yet."""
    return Person(
        id=uuid4().hex,
        owner=owner,
        name=name,
        consent_by=consent.by,
        consent_at=consent.at,
        consent_note=consent.note,
        made=made,
    )


def person_record(person: Person) -> PersonRecord:
    """What is told of a person."""
    consent = Consent(by=person.consent_by, at=person.consent_at, note=person.consent_note)
    return PersonRecord(
        id=person.id,
        name=person.name,
        consent=consent,
        faces=len(person.faces),
        made=person.made,
    )


def collected_record(face: CollectedFace | Row[Any]) -> CollectedRecord:
    """What is told of a face, or of its columns ``TOLD``."""
    x0, y0, x1, y1 = face.box
    return CollectedRecord(
        id=face.id,
        photo=face.photo_id,
        box=(x0, y0, x1, y1),
        score=face.score,
        cluster=face.cluster,
    )


def vector_bytes(vector: NDArray[np.float32]) -> bytes:
    """128 numbers as they are kept."""
    return vector.astype(_VECTOR).tobytes()


def vector_of(content: bytes) -> NDArray[np.float32]:
    """And back."""
    return np.frombuffer(content, _VECTOR)


def png_of(chip: NDArray[np.uint8]) -> bytes:
    """A chip as it is kept."""
    content = BytesIO()
    Image.fromarray(chip).save(content, format="PNG")
    return content.getvalue()
