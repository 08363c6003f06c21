"""Rows of jobs, and records of them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from sqlalchemy import func, select

from edge_server.analysis.job_records import Due, JobPhotoRecord, JobRecord
from edge_server.analysis.tables import Job, JobPhoto
from edge_server.problems import IdempotencyKeyReused, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from edge_server.analysis.job_records import NewJob, NewPhoto

_ID = re.compile(r"[0-9a-f]{32}")


def owned_job(session: Session, owner: str, job_id: str) -> Job:
    """The owner's job; ``NotFound`` for any other."""
    asked = select(Job).where(Job.id == job_id, Job.owner == owner)
    # Not every database takes every text, and no other text is a job's id.
    job = session.scalar(asked) if _ID.fullmatch(job_id) else None
    if job is None:
        raise NotFound("there is no such job: it was deleted, or is another's")
    return job


def same_job(session: Session, owner: str, new: NewJob) -> Job | None:
    """The job that the same request has made before; raises ``IdempotencyKeyReused``."""
    if new.key is None:
        return None
    found = session.scalar(select(Job).where(Job.owner == owner, Job.key == new.key))
    if found is not None and found.fingerprint != new.fingerprint:
        raise IdempotencyKeyReused(
            "this Idempotency-Key was sent with another request: a new request needs a new key"
        )
    return found


def job_row(owner: str, new: NewJob, now: float) -> Job:
    """A job that is new."""
    return Job(
        id=uuid4().hex,
        owner=owner,
        made=now,
        ended=None,
        state="running",
        analyses=list(new.analyses),
        keep=new.keep,
        allow_truncated=new.allow_truncated,
        ended_photos=0,
        key=new.key,
        fingerprint=new.fingerprint,
    )


def photo_row(job_id: str, number: int, new: NewPhoto) -> JobPhoto:
    """A photo that waits."""
    return JobPhoto(
        job_id=job_id,
        number=number,
        name=new.name,
        sha256=hashlib.sha256(new.content).hexdigest() if not new.url else None,
        url=new.url,
        state="waiting",
        tries=0,
        due=0.0,
    )


def due_of(job: Job, photo: JobPhoto) -> Due:
    """What whoever analyses it is told."""
    return Due(
        job_id=job.id,
        number=photo.number,
        owner=job.owner,
        analyses=tuple(job.analyses),
        keep=job.keep,
        allow_truncated=job.allow_truncated,
        sha256=photo.sha256,
        url=photo.url,
        tries=photo.tries,
    )


def records_of(session: Session, jobs: Sequence[Job]) -> list[JobRecord]:
    """What is told of these jobs, in their order."""
    counted = session.execute(
        select(JobPhoto.job_id, JobPhoto.state, func.count())
        .where(JobPhoto.job_id.in_([job.id for job in jobs]))
        .group_by(JobPhoto.job_id, JobPhoto.state)
    )
    counts: dict[str, dict[str, int]] = {job.id: {} for job in jobs}
    for job_id, state, count in counted:
        counts[job_id][state] = count
    return [_record(job, counts[job.id]) for job in jobs]


def photo_record(photo: JobPhoto) -> JobPhotoRecord:
    """What is told of a photo."""
    state: Any = photo.state
    return JobPhotoRecord(
        number=photo.number,
        name=photo.name,
        state=state,
        place=photo.place,
        answer=None if photo.answer is None else msgspec.Raw(photo.answer),
    )


def _record(job: Job, counts: dict[str, int]) -> JobRecord:
    state: Any = job.state
    return JobRecord(
        id=job.id,
        state=state,
        made=job.made,
        ended=job.ended,
        analyses=job.analyses,
        keep=job.keep,
        total=sum(counts.values()),
        done=counts.get("done", 0),
        failed=counts.get("failed", 0),
        cancelled=counts.get("cancelled", 0),
    )
