"""The tables of jobs: many photos that are analysed one after the other.

Times are seconds since 1970.
"""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from edge_server.store.tables import ID, OWNER, SHA256, Base


class Job(Base):
    """Photos that were sent together.

    ``state``: running, done or cancelled.  ``key`` and ``fingerprint`` are those of an
    idempotent request, so that it makes one job, whatever happens.  ``ended_photos`` counts
    the photos that have ended: the number of each is its place in that order.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("owner", "key"),
        Index("ix_jobs_owner_made", "owner", "made"),
    )

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    owner: Mapped[str] = mapped_column(String(OWNER))
    made: Mapped[float]
    ended: Mapped[float | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16))
    analyses: Mapped[list[str]] = mapped_column(JSON)
    keep: Mapped[bool]
    allow_truncated: Mapped[bool]
    ended_photos: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(128))
    fingerprint: Mapped[str] = mapped_column(String(SHA256))


class JobPhoto(Base):
    """One photo of a job, ``number`` from 0.

    Its bytes are the blob ``sha256`` until it has ended, or lie at ``url``.  ``state``:
    waiting, done, failed or cancelled.  ``tries`` counts how often it was begun; it is not
    begun before ``due``.  ``place``: as which photo of the job it ended, from 1.  ``answer``
    is JSON.
    """

    __tablename__ = "job_photos"
    __table_args__ = (Index("ix_job_photos_state_due", "state", "due"),)

    job_id: Mapped[str] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str | None] = mapped_column(ForeignKey("blobs.sha256"), index=True)
    url: Mapped[str] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int]
    due: Mapped[float]
    place: Mapped[int | None]
    answer: Mapped[bytes | None]
