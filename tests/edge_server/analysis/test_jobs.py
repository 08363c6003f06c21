from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from edge_server.analysis.job_records import NewJob, NewPhoto
from edge_server.analysis.jobs import Jobs
from edge_server.problems import IdempotencyKeyReused, NotFound, RateLimited
from edge_server.store.checking import gc
from edge_server.store.tables import Blob


def new(count: int = 3, first: int = 0, **given: Any) -> NewJob:
    photos = tuple(
        NewPhoto(name=f"{n}.png", content=b"photo %d" % (first + n)) for n in range(count)
    )
    return NewJob(**{"analyses": ("faces",), "photos": photos} | given)


def blobs(jobs: Jobs) -> int:
    with jobs.store.reading() as session:
        return session.scalar(select(func.count()).select_from(Blob)) or 0


def taken(jobs: Jobs, count: int) -> list[Any]:
    """So many, none of which ends."""
    busy: list[tuple[str, int]] = []
    found = []
    for _ in range(count):
        due = jobs.take(busy)
        assert due is not None
        busy.append((due.job_id, due.number))
        found.append(due)
    return found


def test_a_job_is_taken_photo_by_photo_and_ends_with_the_last(jobs: Jobs) -> None:
    record = jobs.submit("me", new())
    assert (record.total, record.done, record.state) == (3, 0, "running")
    for number in range(3):
        due = jobs.take([])
        assert due is not None
        assert (due.number, due.owner, due.tries) == (number, "me", 1)
        assert jobs.store.content(due.sha256 or "") == b"photo %d" % number
        assert jobs.finish(due, "done", b'{"n": %d}' % number)
    assert jobs.take([]) is None
    ended = jobs.record("me", record.id)
    assert (ended.done, ended.state) == (3, "done")
    assert ended.ended is not None
    photos = jobs.photos("me", record.id)
    assert [bytes(one.answer or b"") for one in photos] == [b'{"n": %d}' % n for n in range(3)]


def test_a_photo_ends_once(jobs: Jobs) -> None:
    record = jobs.submit("me", new(2))
    due = jobs.take([])
    assert due is not None
    assert jobs.finish(due, "done", b'"first"')
    assert not jobs.finish(due, "failed", b'"second"')
    first = jobs.photos("me", record.id)[0]
    assert (first.state, bytes(first.answer or b""), first.place) == ("done", b'"first"', 1)
    assert jobs.record("me", record.id).failed == 0


def test_its_bytes_are_let_go_when_it_has_ended(jobs: Jobs) -> None:
    same = NewPhoto(name="twice", content=b"photo 0")
    jobs.submit("me", new(1, photos=(same, same)))
    assert blobs(jobs) == 1
    for left in (1, 0):
        due = jobs.take([])
        assert due is not None
        jobs.finish(due, "done", b"{}")
        assert blobs(jobs) == left
    assert gc(jobs.store).blobs == 0


def test_jobs_take_turns(jobs: Jobs) -> None:
    large, small = jobs.submit("me", new(3)).id, jobs.submit("another", new(1, 10)).id
    order = [(due.job_id, due.number) for due in taken(jobs, 4)]
    assert order == [(large, 0), (small, 0), (large, 1), (large, 2)]


def test_what_is_being_done_is_not_taken_again(jobs: Jobs) -> None:
    jobs.submit("me", new(2))
    first, second = taken(jobs, 2)
    assert (first.number, second.number) == (0, 1)
    assert jobs.take([(first.job_id, 0), (first.job_id, 1)]) is None
    again = jobs.take([])  # as after a kill
    assert again is not None
    assert (again.number, again.tries) == (0, 2)


def test_what_was_begun_and_did_not_end_comes_last(jobs: Jobs) -> None:
    jobs.submit("me", new(3))
    assert [due.number for due in taken(jobs, 1)] == [0]  # and killed
    assert [due.number for due in taken(jobs, 3)] == [1, 2, 0]


def test_what_is_put_back_waits_its_time(jobs: Jobs) -> None:
    now = [1000.0]
    jobs = Jobs(replace(jobs.store, clock=lambda: now[0]))
    jobs.submit("me", new(1))
    (due,) = taken(jobs, 1)
    jobs.put_back(due, 5)
    assert jobs.take([]) is None
    now[0] += 5
    (again,) = taken(jobs, 1)
    assert again.tries == 2
    jobs.put_back(again, 0, counted=False)
    assert taken(jobs, 1)[0].tries == 2


def test_what_one_server_works_on_is_not_anothers_until_it_is_silent(jobs: Jobs) -> None:
    now = [1000.0]
    jobs = Jobs(replace(jobs.store, clock=lambda: now[0]))
    jobs.submit("me", new(1))
    due = jobs.take([], 30)
    assert due is not None
    now[0] += 29
    assert jobs.take([]) is None
    jobs.renew([(due.job_id, due.number)], 30)
    now[0] += 29
    assert jobs.take([]) is None
    now[0] += 1
    again = jobs.take([], 30)
    assert again is not None
    assert again.tries == 2
    jobs.regain()  # as the next process with this file does
    assert jobs.take([]) is not None


def test_places_are_in_the_order_of_the_ends(jobs: Jobs) -> None:
    job_id = jobs.submit("me", new(3)).id
    for due in reversed(taken(jobs, 3)):
        jobs.finish(due, "done", b"{}")
    assert [one.number for one in jobs.photos("me", job_id, after=0)] == [2, 1, 0]
    assert [one.number for one in jobs.photos("me", job_id, after=2)] == [0]
    assert [one.number for one in jobs.photos("me", job_id)] == [0, 1, 2]


def test_cancelled_is_what_had_not_ended(jobs: Jobs) -> None:
    job_id = jobs.submit("me", new(3)).id
    first, second = taken(jobs, 2)
    jobs.finish(first, "done", b"{}")
    record = jobs.cancel("me", job_id)
    assert (record.state, record.done, record.cancelled) == ("cancelled", 1, 2)
    assert not jobs.finish(second, "done", b"{}")
    assert jobs.take([]) is None
    assert blobs(jobs) == 0
    assert jobs.cancel("me", job_id) == record


def test_deleted_is_gone_and_another_owners_is_not_there(jobs: Jobs) -> None:
    job_id = jobs.submit("me", new(2)).id
    asks: list[Callable[[str], Any]] = [
        lambda owner: jobs.record(owner, job_id),
        lambda owner: jobs.photos(owner, job_id),
        lambda owner: jobs.cancel(owner, job_id),
        lambda owner: jobs.page(owner, 10, job_id),
        lambda owner: jobs.delete(owner, job_id),
    ]
    for ask in asks:
        with pytest.raises(NotFound):
            ask("another")
    assert jobs.page("another", 10).jobs == []
    (due,) = taken(jobs, 1)
    jobs.delete("me", job_id)
    assert not jobs.finish(due, "done", b"{}")
    assert blobs(jobs) == 0
    for ask in asks:
        with pytest.raises(NotFound):
            ask("me")


def test_pages_have_each_job_once_the_newest_first(jobs: Jobs) -> None:
    jobs = Jobs(jobs.store, most=9)
    made = [jobs.submit("me", new(1, n)).id for n in range(5)]
    seen, after = [], ""
    while True:
        page = jobs.page("me", 2, after)
        seen += [one.id for one in page.jobs]
        after = page.next
        if not after:
            break
    assert seen == made[::-1]


def test_jobs_that_ended_long_ago_are_deleted(jobs: Jobs) -> None:
    now = [1000.0]
    jobs = Jobs(replace(jobs.store, clock=lambda: now[0]))
    old, running = jobs.submit("me", new(1)).id, jobs.submit("me", new(1, 5)).id
    jobs.finish(taken(jobs, 1)[0], "done", b"{}")
    now[0] = 2000.0
    assert jobs.expire(1000.0) == 0
    assert jobs.expire(1500.0) == 1
    with pytest.raises(NotFound):
        jobs.record("me", old)
    assert jobs.record("me", running).state == "running"


def test_only_so_many_run_for_one_owner(jobs: Jobs) -> None:
    for first in range(3):
        jobs.submit("me", new(1, first))
    with pytest.raises(RateLimited, match="3 jobs run already"):
        jobs.submit("me", new(1, 9))
    assert blobs(jobs) == 3
    jobs.submit("another", new(1, 9))
    jobs.finish(taken(jobs, 1)[0], "done", b"{}")
    jobs.submit("me", new(1, 9))


def test_the_same_request_makes_one_job_also_from_many_threads(jobs: Jobs) -> None:
    request = new(2, key="k", fingerprint="f")
    with ThreadPoolExecutor(4) as pool:
        made = {pool.submit(jobs.submit, "me", request).result().id for _ in range(8)}
    assert len(made) == 1
    with pytest.raises(IdempotencyKeyReused):
        jobs.submit("me", new(2, key="k", fingerprint="other"))
    assert jobs.submit("another", request).id not in made


def test_threads_end_each_photo_exactly_once(jobs: Jobs) -> None:
    job_id = jobs.submit("me", new(12)).id
    dues = taken(jobs, 12)
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda due: jobs.finish(due, "done", b"{}"), dues + dues))
    assert sum(ends) == 12
    places = [one.place for one in jobs.photos("me", job_id, after=0)]
    assert places == list(range(1, 13))
