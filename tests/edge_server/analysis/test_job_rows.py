from __future__ import annotations

import hashlib
from typing import Any

import pytest

from edge_server.analysis.job_records import NewJob, NewPhoto
from edge_server.analysis.job_rows import job_row, owned_job, photo_row, records_of, same_job
from edge_server.problems import IdempotencyKeyReused, NotFound

NEW = NewJob(analyses=("faces",), photos=(NewPhoto(name="a"),), key="k", fingerprint="f")


@pytest.fixture
def session(store: Any) -> Any:
    with store.session() as opened:
        yield opened


def test_a_job_is_its_owners_alone(session: Any) -> None:
    job = job_row("me", NEW, 1.0)
    session.add(job)
    session.flush()
    assert owned_job(session, "me", job.id) is job
    for owner, job_id in (
        ("another", job.id),
        ("me", "0" * 32),
        ("me", "\0"),
        ("me", "\ud800" * 32),
        ("me", job.id.upper() + "x"),
        ("me", ""),
    ):
        with pytest.raises(NotFound):
            owned_job(session, owner, job_id)


def test_the_same_request_has_the_same_job(session: Any) -> None:
    job = job_row("me", NEW, 1.0)
    session.add(job)
    session.flush()
    assert same_job(session, "me", NEW) is job
    assert same_job(session, "another", NEW) is None
    with pytest.raises(IdempotencyKeyReused):
        same_job(
            session, "me", NewJob(analyses=(), photos=NEW.photos, key="k", fingerprint="g")
        )
    assert same_job(session, "me", NewJob(analyses=(), photos=NEW.photos)) is None


def test_photos_are_counted_by_their_state(session: Any, store: Any) -> None:
    job = job_row("me", NEW, 1.0)
    session.add(job)
    session.flush()
    for number, state in enumerate(("done", "done", "failed", "cancelled", "waiting")):
        row = photo_row(job.id, number, NewPhoto(name="a", url="https://example.org"))
        row.state = state
        session.add(row)
    session.flush()
    (record,) = records_of(session, [job])
    counts = (record.total, record.done, record.failed, record.cancelled)
    assert counts == (5, 2, 1, 1)
    assert (record.made, record.ended, record.state) == (1.0, None, "running")


def test_a_photo_is_named_by_its_bytes_or_by_its_address() -> None:
    row = photo_row("1", 0, NewPhoto(name="a", content=b"bytes"))
    assert row.sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert photo_row("1", 0, NewPhoto(name="a", url="https://example.org")).sha256 is None
