"""Jobs in the database: made whole, taken photo by photo, each of which ends exactly once.

Whenever the process is killed, a photo has either ended, with its answer, or it waits.  That
one is begun is noted before it is: a photo that kills the process is not begun for ever.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from edge_server.analysis.job_records import JobPage
from edge_server.analysis.job_rows import (
    due_of,
    job_row,
    owned_job,
    photo_record,
    photo_row,
    records_of,
    same_job,
)
from edge_server.analysis.tables import Job, JobPhoto
from edge_server.problems import RateLimited

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select, Update
    from sqlalchemy.orm import Session

    from edge_server.analysis.job_records import (
        Due,
        JobPhotoRecord,
        JobRecord,
        NewJob,
        PhotoState,
    )
    from edge_server.store.store import Store

# A job's id and a photo's number in it.
At: TypeAlias = tuple[str, int]

_WAITING = JobPhoto.state == "waiting"


@dataclass(frozen=True)
class Jobs:
    """The jobs of every owner; ``most`` of them may run for one at a time.

    Every method may raise the problems of the store; those that are given an owner and the
    id of a job raise ``NotFound`` where it is not that owner's.
    """

    store: Store
    most: int = 20

    def submit(self, owner: str, new: NewJob) -> JobRecord:
        """Make a job; for a request that has made one before, that one.

        Raises ``RateLimited`` where too many of the owner's run, ``IdempotencyKeyReused``.
        """
        with self.store.reading() as session:
            known = self._admitted(session, owner, new)
        if known is not None:
            return known
        try:
            return self._made(owner, new)
        except IntegrityError:  # another process has made it meanwhile
            with self.store.reading() as session:
                known = self._admitted(session, owner, new)
            if known is None:
                raise
            return known

    def take(self, busy: Collection[At], seconds: float = 0.0) -> Due | None:
        """A photo to analyse now, not one of those; None where there is none.

        It is nobody else's for so many seconds, which :meth:`renew` begins anew.
        The jobs take turns, so that a small one does not wait for a large one.  What was
        begun before and did not end comes last: it may be what ended the process.
        """
        wanted = self._next(busy)
        with self.store.reading() as session:
            if session.execute(wanted).first() is None:
                return None
        with self.store.session() as session:
            found = session.execute(wanted).first()
            if found is None:
                return None
            job, photo = found
            photo.tries += 1
            photo.due = self.store.clock() + seconds
            return due_of(job, photo)

    def renew(self, busy: Collection[At], seconds: float) -> None:
        """Those are still worked on."""
        here = tuple_(JobPhoto.job_id, JobPhoto.number)
        held = update(JobPhoto).where(here.in_(busy), _WAITING)
        with self.store.session() as session:
            session.execute(held.values(due=self.store.clock() + seconds))

    def regain(self) -> None:
        """What was taken by a process that is no more is due at once.

        Only where no other process can be: one server has a file of SQLite.
        """
        if self.store.database.is_sqlite:
            begun = update(JobPhoto).where(JobPhoto.tries > 0, _WAITING)
            with self.store.session() as session:
                session.execute(begun.values(due=0.0))

    def put_back(self, due: Due, seconds: float, *, counted: bool = True) -> None:
        """Begin it again after so long; ``counted``: this time was a try."""
        again = {"due": self.store.clock() + seconds, "tries": due.tries - (not counted)}
        with self.store.session() as session:
            session.execute(_of(due).values(again))

    def finish(self, due: Due, state: PhotoState, answer: bytes) -> bool:
        """The photo has ended, with this JSON; False where it had before, or is gone."""
        with self.store.session() as session:
            job = session.scalar(select(Job).where(Job.id == due.job_id).with_for_update())
            if job is None:
                return False
            place = job.ended_photos + 1
            ended = {"state": state, "answer": answer, "place": place, "sha256": None}
            if not _changed(session, _of(due).values(ended)):
                return False
            job.ended_photos = place
            left = select(func.count()).where(JobPhoto.job_id == job.id, _WAITING)
            if not session.scalar(left):
                job.state, job.ended = "done", self.store.clock()
        self.store.release({due.sha256} if due.sha256 else ())
        return True

    def record(self, owner: str, job_id: str) -> JobRecord:
        """How a job stands."""
        with self.store.reading() as session:
            return records_of(session, [owned_job(session, owner, job_id)])[0]

    def photos(self, owner: str, job_id: str, after: int = -1) -> list[JobPhotoRecord]:
        """Its photos in the order in which they were sent; those that ended after that
        place, in the order in which they did, where one is given.
        """
        found = select(JobPhoto).where(JobPhoto.job_id == job_id)
        if after >= 0:
            found = found.where(JobPhoto.place > after).order_by(JobPhoto.place)
        with self.store.reading() as session:
            owned_job(session, owner, job_id)
            return [
                photo_record(row) for row in session.scalars(found.order_by(JobPhoto.number))
            ]

    def page(self, owner: str, limit: int, after: str = "") -> JobPage:
        """The owner's jobs, the newest first, from behind the one of that id."""
        found = select(Job).where(Job.owner == owner)
        with self.store.reading() as session:
            if after:
                last = owned_job(session, owner, after)
                key = tuple_(Job.made, Job.id)
                found = found.where(key < tuple_(last.made, last.id))
            ordered = found.order_by(Job.made.desc(), Job.id.desc()).limit(limit + 1)
            jobs = list(session.scalars(ordered))
            more = len(jobs) > limit
            records = records_of(session, jobs[:limit])
        return JobPage(jobs=records, next=records[-1].id if more else "")

    def cancel(self, owner: str, job_id: str) -> JobRecord:
        """What has not ended never will; a job that has ended stays as it is."""
        with self.store.session() as session:
            job = owned_job(session, owner, job_id)
            hashes = _blobs_of(session, [job_id])
            waiting = update(JobPhoto).where(JobPhoto.job_id == job_id, _WAITING)
            session.execute(waiting.values(state="cancelled", sha256=None))
            if job.state == "running":
                job.state, job.ended = "cancelled", self.store.clock()
            session.flush()
            record = records_of(session, [job])[0]
        self.store.release(hashes)
        return record

    def delete(self, owner: str, job_id: str) -> None:
        """The job and its answers are gone; what was kept of its photos stays."""
        with self.store.session() as session:
            owned_job(session, owner, job_id)
            hashes = _dropped(session, [job_id])
        self.store.release(hashes)

    def expire(self, before: float) -> int:
        """Delete every job that ended before that time: how many."""
        with self.store.session() as session:
            ids = list(session.scalars(select(Job.id).where(Job.ended < before)))
            hashes = _dropped(session, ids) if ids else set()
        self.store.release(hashes)
        return len(ids)

    def _admitted(self, session: Session, owner: str, new: NewJob) -> JobRecord | None:
        known = same_job(session, owner, new)
        if known is not None:
            return records_of(session, [known])[0]
        running = select(func.count()).where(Job.owner == owner, Job.state == "running")
        if (session.scalar(running) or 0) >= self.most:
            raise RateLimited(
                f"{self.most} jobs run already: wait for one of them, or cancel one",
                limit=self.most,
                retry_after=30,
            )
        return None

    def _made(self, owner: str, new: NewJob) -> JobRecord:
        contents = {
            hashlib.sha256(one.content).hexdigest(): one.content
            for one in new.photos
            if not one.url
        }
        self.store.put_blobs(contents)
        with self.store.session() as session:
            self.store.add_blobs(session, contents)
            job = job_row(owner, new, self.store.clock())
            session.add(job)
            session.flush()
            rows = (photo_row(job.id, number, one) for number, one in enumerate(new.photos))
            session.add_all(rows)
            session.flush()
            return records_of(session, [job])[0]

    def _next(self, busy: Collection[At]) -> Select[Job, JobPhoto]:
        here = tuple_(JobPhoto.job_id, JobPhoto.number)
        return (
            select(Job, JobPhoto)
            .join(JobPhoto, JobPhoto.job_id == Job.id)
            .where(_WAITING, JobPhoto.due <= self.store.clock(), here.not_in(busy))
            .order_by(JobPhoto.tries, JobPhoto.number, Job.made)
            .limit(1)
        )


def _of(due: Due) -> Update:
    """A change of that photo, if it still waits."""
    here = (JobPhoto.job_id == due.job_id, JobPhoto.number == due.number)
    return update(JobPhoto).where(*here, _WAITING)


def _changed(session: Session, change: Update) -> bool:
    return len(session.scalars(change.returning(JobPhoto.number)).all()) == 1


def _blobs_of(session: Session, ids: Collection[str]) -> set[str]:
    found = select(JobPhoto.sha256).where(JobPhoto.job_id.in_(ids))
    return {sha256 for sha256 in session.scalars(found) if sha256}


def _dropped(session: Session, ids: Collection[str]) -> set[str]:
    hashes = _blobs_of(session, ids)
    session.execute(delete(Job).where(Job.id.in_(ids)))
    return hashes
