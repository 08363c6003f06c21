"""The tables of people and their faces.

Vectors are 128 float32, little-endian; chips are PNG, so that the vector can be computed
again by a better network; both are read only where they are asked for.  Times are seconds
since 1970.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edge_server.people.records import MOST_NAME, MOST_NOTE
from edge_server.store.tables import ID, OWNER, Base


class Person(Base):
    """Somebody who agreed to be known by an owner.

    ``consent_by``: who said yes, the person or who may speak for them; ``consent_at``: when,
    ``YYYY-MM-DD``; ``consent_note``: to what, and how it can be shown.
    """

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    owner: Mapped[str] = mapped_column(String(OWNER), index=True)
    name: Mapped[str] = mapped_column(String(MOST_NAME))
    consent_by: Mapped[str] = mapped_column(String(MOST_NAME))
    consent_at: Mapped[str] = mapped_column(String(10))
    consent_note: Mapped[str] = mapped_column(String(MOST_NOTE))
    made: Mapped[float]

    faces: Mapped[list[EnrolledFace]] = relationship(
        order_by="EnrolledFace.made, EnrolledFace.id", passive_deletes=True
    )


class EnrolledFace(Base):
    """A face by which a person is known; of its photo nothing else is kept."""

    __tablename__ = "enrolled_faces"

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    vector: Mapped[bytes] = mapped_column(deferred=True)
    chip: Mapped[bytes] = mapped_column(deferred=True)
    made: Mapped[float]


class CollectedFace(Base):
    """A face of a photo that is kept, whoever it is of; ``cluster`` is the group it is in."""

    __tablename__ = "collected_faces"
    __table_args__ = (Index("ix_collected_faces_owner_cluster", "owner", "cluster"),)

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    owner: Mapped[str] = mapped_column(String(OWNER))
    photo_id: Mapped[str] = mapped_column(
        ForeignKey("photos.id", ondelete="CASCADE"), index=True
    )
    box: Mapped[list[float]] = mapped_column(JSON)
    score: Mapped[float]
    vector: Mapped[bytes] = mapped_column(deferred=True)
    chip: Mapped[bytes] = mapped_column(deferred=True)
    cluster: Mapped[str] = mapped_column(String(ID))
    made: Mapped[float]


class Decision(Base):
    """What an owner has said of collected faces, in the order of ``number``.

    ``rule``: a record of :mod:`edge_server.people.rules`; ``person_id``: whose these faces
    are, where that was said.
    """

    __tablename__ = "people_decisions"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(ID), unique=True)
    owner: Mapped[str] = mapped_column(String(OWNER), index=True)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    made: Mapped[float]


class Grouping(Base):
    """That the groups of an owner's faces were computed, by the method and the decisions with
    this ``fingerprint``."""

    __tablename__ = "people_groupings"

    owner: Mapped[str] = mapped_column(String(OWNER), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))


class GroupSize(Base):
    """How many ``faces`` a group had when it was computed: where it has another number, some
    were taken away elsewhere."""

    __tablename__ = "people_group_sizes"

    owner: Mapped[str] = mapped_column(String(OWNER), primary_key=True)
    cluster: Mapped[str] = mapped_column(String(ID), primary_key=True)
    faces: Mapped[int]
