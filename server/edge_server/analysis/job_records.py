"""What is told of jobs, and what goes into one."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from edge_runtime.spec import Record

JobState: TypeAlias = Literal["running", "done", "cancelled"]
PhotoState: TypeAlias = Literal["waiting", "done", "failed", "cancelled"]


class JobRecord(Record, frozen=True, kw_only=True):
    """A job without its photos: how many there are, and how many have ended how.

    ``made`` and ``ended`` are seconds since 1970.
    """

    id: str
    state: JobState
    made: float
    ended: float | None
    analyses: list[str]
    keep: bool
    total: int
    done: int
    failed: int
    cancelled: int


class JobPhotoRecord(Record, frozen=True, kw_only=True):
    """One photo of a job, ``number`` from 0 in the order in which they were sent.

    ``place``: as which of them it ended, from 1.  ``answer`` is what ``/v1/analyze`` answers,
    or ``{"problem": ...}`` for a photo that failed as a whole.
    """

    number: int
    name: str
    state: PhotoState
    place: int | None
    answer: msgspec.Raw | None


class JobPage(Record, frozen=True, kw_only=True):
    """Some jobs, the newest first; ``next`` is where the next page begins, empty at the end."""

    jobs: list[JobRecord]
    next: str = ""


class NewPhoto(Record, frozen=True, kw_only=True):
    """A photo that is sent: its bytes, or where they lie."""

    name: str
    content: bytes = b""
    url: str = ""


class NewJob(Record, frozen=True, kw_only=True):
    """Photos that are sent together; ``key`` and ``fingerprint`` of an idempotent request."""

    analyses: tuple[str, ...]
    photos: tuple[NewPhoto, ...]
    keep: bool = True
    allow_truncated: bool = False
    key: str | None = None
    fingerprint: str = ""


class Due(Record, frozen=True, kw_only=True):
    """A photo that is to be analysed now, for the ``tries`` th time."""

    job_id: str
    number: int
    owner: str
    analyses: tuple[str, ...]
    keep: bool
    allow_truncated: bool
    sha256: str | None
    url: str
    tries: int
