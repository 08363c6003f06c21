"""Jobs on both kinds of database: what SQLite lets pass, PostgreSQL has to as well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from edge_server.analysis.job_records import NewJob, NewPhoto
from edge_server.analysis.jobs import Jobs
from edge_server.problems import NotFound
from edge_server.store.checking import check
from edge_server.store.store import Store


def new(count: int, key: str | None = None) -> NewJob:
    photos = [NewPhoto(name=f"{n}.png", content=b"photo %d" % n) for n in range(count)]
    return NewJob(analyses=("faces",), photos=tuple(photos), key=key, fingerprint="f")


def test_a_job_is_made_worked_off_listed_and_deleted(store: Store) -> None:
    jobs = Jobs(store)
    job_id = jobs.submit("me", new(3)).id
    first = jobs.take([])
    assert first is not None
    second = jobs.take([(first.job_id, first.number)])
    assert second is not None
    assert store.content(second.sha256 or "") == b"photo 1"
    jobs.renew([(second.job_id, second.number)], 60)
    jobs.put_back(second, 0, counted=False)
    jobs.regain()
    assert jobs.finish(first, "done", b'{"found": 1}')
    while (due := jobs.take([])) is not None:
        assert jobs.finish(due, "failed", b"{}")
    record = jobs.record("me", job_id)
    assert (record.state, record.done, record.failed) == ("done", 1, 2)
    assert [one.place for one in jobs.photos("me", job_id, after=0)] == [1, 2, 3]
    other = jobs.submit("me", new(2)).id
    page = jobs.page("me", 1)
    assert [one.id for one in (*page.jobs, *jobs.page("me", 1, page.next).jobs)] == [
        other,
        job_id,
    ]
    assert jobs.cancel("me", other).cancelled == 2
    jobs.delete("me", job_id)
    assert jobs.expire(store.clock() + 1) == 1
    with pytest.raises(NotFound):
        jobs.record("me", other)
    report = check(store)
    assert (report.blobs, report.clean) == (0, True)


def test_threads_make_one_job_of_one_key_and_end_each_photo_once(store: Store) -> None:
    jobs = Jobs(store)
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: jobs.submit("me", new(6, "k")).id, range(4)))
    assert len(made) == 1
    busy: list[tuple[str, int]] = []
    dues = []
    while (due := jobs.take(busy)) is not None:
        busy.append((due.job_id, due.number))
        dues.append(due)
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda one: jobs.finish(one, "done", b"{}"), dues * 2))
    assert sum(ends) == 6
    assert jobs.record("me", made.pop()).done == 6
