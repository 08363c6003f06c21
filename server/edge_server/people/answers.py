"""Answers about whole photos that are kept elsewhere, and name people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, select

from edge_server.analysis.tables import Job, JobPhoto
from edge_server.store.tables import Photo, Result

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ANALYSIS = "people"


def forget_answers(session: Session, owner: str, person_id: str) -> None:
    """Take out of the owner's kept answers what they say of the person."""
    photos = select(Photo.id).where(Photo.owner == owner)
    session.execute(
        delete(Result).where(Result.analysis == ANALYSIS, Result.photo_id.in_(photos))
    )
    jobs = select(Job.id).where(Job.owner == owner)
    kept = select(JobPhoto).where(JobPhoto.job_id.in_(jobs), JobPhoto.answer.is_not(None))
    for photo in session.scalars(kept):
        if photo.answer is not None and person_id.encode() in photo.answer:
            photo.answer = _without(photo.answer)


def _without(answer: bytes) -> bytes:
    """The same without who is in the photo."""
    record: dict[str, Any] = msgspec.json.decode(answer)
    results = dict(record.get("results", {}))
    results.pop(ANALYSIS, None)
    return msgspec.json.encode(record | {"results": results})
