from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event, Semaphore
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import select

from edge_server.analysis.analyses import Analyses
from edge_server.analysis.job_records import NewJob, NewPhoto
from edge_server.analysis.job_runner import MOST_TRIES, JobRunner, Pace
from edge_server.analysis.jobs import Jobs
from edge_server.analysis.tables import JobPhoto
from edge_server.engine.interface import Priority
from edge_server.problems import GpuMemory, StorageUnavailable, WeightsMissing
from edge_server.store.unasked import somebody_asked


@pytest.fixture
def runners() -> list[JobRunner]:
    return []


@pytest.fixture
def run(
    laboratory: Any, jobs: Jobs, runners: list[JobRunner]
) -> Iterator[Callable[..., JobRunner]]:
    def made(
        analyst: Any = None, *, of: Any = jobs, regained: bool = False, **pace: Any
    ) -> JobRunner:
        analyst = analyst or laboratory.analyst()
        runner = JobRunner(jobs=lambda: of, analyst=lambda: analyst, pace=Pace(**pace))
        runner._regained = regained
        runners.append(runner)
        runner.start()
        return runner

    yield made
    for runner in runners:
        runner.stop()


@pytest.fixture
def submit(
    jobs: Jobs, photo: Callable[..., bytes], runners: list[JobRunner]
) -> Callable[..., str]:
    def made(*contents: bytes, **given: Any) -> str:
        sent = contents or (photo(0), photo(1))
        photos = tuple(NewPhoto(name=f"{n}.png", content=one) for n, one in enumerate(sent))
        new = NewJob(**{"analyses": ("faces",), "photos": photos} | given)
        job_id = jobs.submit("me", new).id
        for runner in runners:
            runner.wake()
        return job_id

    return made


class Instead:
    """Jobs of which some methods are others."""

    def __init__(self, jobs: Jobs, **methods: Any) -> None:
        self._jobs = jobs
        vars(self).update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jobs, name)


def ended(jobs: Jobs, job_id: str) -> list[Any]:
    """Its photos, once it has ended."""
    until = monotonic() + 60
    while jobs.record("me", job_id).state == "running":
        assert monotonic() < until
        sleep(0.01)
    return jobs.photos("me", job_id)


def answer(photo: Any) -> Any:
    return json.loads(bytes(photo.answer))


def test_every_photo_is_answered_as_analyze_answers_it(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any
) -> None:
    runner = run()
    job_id = submit(analyses=("faces", "classify"))
    runner.wake()
    for photo in ended(jobs, job_id):
        record = answer(photo)
        assert list(record["results"]) == ["faces", "classify"]
        assert photo.state == "done"
        assert record["image"]["size"] == [64, 48]
    assert {call.priority for _, call in laboratory.calls} == {Priority.BATCH}


@pytest.mark.skipif(sys.platform != "linux", reason="only there have threads a priority")
def test_all_that_a_job_computes_stands_back(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any
) -> None:
    seen: list[int] = []

    def behave(_call: Any) -> None:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    laboratory.behave["faces"] = behave
    run(nice=3)
    ended(jobs, submit())
    assert seen == [os.getpriority(os.PRIO_PROCESS, 0) + 3] * 2


def test_what_an_earlier_process_left_is_finished(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any
) -> None:
    job_id = submit(photo(0), photo(1), photo(2))
    done = jobs.take([])
    assert done is not None
    jobs.finish(done, "done", b'{"from": "before"}')
    assert jobs.take([]) is not None  # and killed
    run()
    photos = ended(jobs, job_id)
    assert [one.state for one in photos] == ["done"] * 3
    assert answer(photos[0]) == {"from": "before"}
    assert laboratory.asked == ["faces", "faces"]


def test_two_servers_do_not_work_on_one_photo(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any, held: Any
) -> None:
    laboratory.behave["faces"], go = held()
    now, renewed = [1e9], Semaphore(0)
    timed = Jobs(replace(jobs.store, clock=lambda: now[0]))

    def renew(*given: Any) -> None:
        timed.renew(*given)
        renewed.release()

    of = Instead(timed, renew=renew)
    # Neither regains what was begun: as where the database is no file of its own.
    run(lease=0.3, of=of, regained=True)
    other = run(lease=0.3, of=of, regained=True)
    job_id = submit(photo(0))
    assert renewed.acquire(timeout=20)
    for _ in range(5):
        now[0] += 0.2
        while renewed.acquire(blocking=False):
            pass
        for _ in range(2):  # the first may have begun before that time had passed
            assert renewed.acquire(timeout=20)
        assert timed.take([]) is None
        other.wake()
    assert jobs.photos("me", job_id)[0].state == "waiting"
    assert len(laboratory.calls) == 1
    go.set()
    assert ended(jobs, job_id)[0].state == "done"
    assert len(laboratory.calls) == 1


def test_a_photo_that_is_none_fails_and_the_others_do_not(
    run: Any, submit: Any, jobs: Jobs, photo: Any
) -> None:
    run()
    photos = ended(jobs, submit(photo(0), b"nothing", photo(1)))
    assert [one.state for one in photos] == ["done", "failed", "done"]
    assert answer(photos[1])["problem"]["code"] == "unsupported-image-format"


def test_an_analysis_that_is_missing_is_a_problem_beside_the_others(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, failing: Any
) -> None:
    laboratory.behave["caption"] = failing(WeightsMissing("pull them"))
    run()
    (photo, _) = ended(jobs, submit(analyses=("caption", "faces")))
    assert photo.state == "done"
    assert answer(photo)["problems"]["caption"]["code"] == "weights-missing"
    (alone, _) = ended(jobs, submit(analyses=("caption",)))
    assert (alone.state, answer(alone)["problem"]["code"]) == ("failed", "weights-missing")


def test_what_may_succeed_later_is_tried_again(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any, failing: Any
) -> None:
    times: list[int] = []

    def behave(_call: Any) -> None:
        times.append(1)
        if len(times) < 3:
            raise GpuMemory("none left", retry_after=0)

    laboratory.behave["faces"] = behave
    laboratory.behave["caption"] = failing(WeightsMissing("pull them"))
    jobs = Jobs(replace(jobs.store, clock=_hurried()))
    runner = run()
    runner.jobs = lambda: jobs
    job_id = submit(photo(0), analyses=("caption", "faces", "smile"))
    runner.wake()
    (one,) = ended(jobs, job_id)
    assert (one.state, len(times)) == ("done", 3)
    assert list(answer(one)["results"]) == ["faces", "smile"]
    assert list(answer(one)["problems"]) == ["caption"]
    assert laboratory.asked.count("smile") == 1  # it was kept


def _hurried() -> Callable[[], float]:
    """A clock by which every wait is over at once."""
    now = [1e9]

    def clock() -> float:
        now[0] += 10
        return now[0]

    return clock


def test_a_photo_that_ends_the_process_each_time_is_given_up(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any
) -> None:
    job_id = submit(photo(0))
    for _ in range(MOST_TRIES):
        assert jobs.take([]) is not None  # and killed
    run()
    (one,) = ended(jobs, job_id)
    assert (one.state, answer(one)["problem"]["code"]) == ("failed", "worker-lost")
    assert laboratory.calls == []


def test_told_to_stop_it_leaves_what_runs_to_the_next(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any
) -> None:
    entered = Event()

    def behave(call: Any) -> None:
        entered.set()
        call.began(ticket := _Ticket())
        assert ticket.cancelled.wait(20)

    laboratory.behave["faces"] = behave
    runner = run(threads=1)
    job_id = submit(photo(0))
    runner.wake()
    assert entered.wait(20)
    runner.stop()
    assert runner.stopping
    (waiting,) = jobs.photos("me", job_id)
    assert (waiting.state, waiting.place) == ("waiting", None)
    del laboratory.behave["faces"]
    run()
    assert ended(jobs, job_id)[0].state == "done"
    assert jobs.record("me", job_id).done == 1


def test_what_is_taken_while_it_is_told_to_stop_is_left_too(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any
) -> None:
    told = Event()

    def behave(call: Any) -> None:
        call.began(ticket := _Ticket())
        assert ticket.cancelled.wait(20)

    def take(*given: Any) -> Any:
        due = jobs.take(*given)
        if due is not None:
            runner.leave()
            told.set()
        return due

    laboratory.behave["faces"] = behave
    runner = run(threads=1, of=Instead(jobs, take=take))
    job_id = submit(photo(0))
    assert told.wait(20)
    for thread in runner._threads:
        thread.join(30)
        assert not thread.is_alive()
    (waiting,) = jobs.photos("me", job_id)
    assert (waiting.state, waiting.place) == ("waiting", None)


def test_a_photo_that_is_put_back_is_not_held_any_more(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any
) -> None:
    timed = Jobs(replace(jobs.store, clock=lambda: 1e9))
    renewing, back = Event(), Event()

    def renew(*given: Any) -> None:
        renewing.set()
        back.wait(0.5)  # which does not come before the renewal has ended
        timed.renew(*given)

    def put_back(*given: Any, **named: Any) -> None:
        timed.put_back(*given, **named)
        back.set()

    def behave(_call: Any) -> None:
        assert renewing.wait(20)
        raise GpuMemory("none left", retry_after=7)

    laboratory.behave["faces"] = behave
    runner = run(threads=1, lease=0.3, of=Instead(timed, renew=renew, put_back=put_back))
    job_id = submit(photo(0))
    assert back.wait(20)
    runner.stop(30)
    with jobs.store.reading() as session:
        due = session.execute(select(JobPhoto.due).where(JobPhoto.job_id == job_id)).scalar()
    assert due == 1e9 + 7


class _Ticket:
    def __init__(self) -> None:
        self.cancelled = Event()

    def cancel(self) -> None:
        self.cancelled.set()


def test_a_cancelled_job_is_dropped_where_it_runs(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any
) -> None:
    entered, ticket = Event(), _Ticket()

    def behave(call: Any) -> None:
        call.began(ticket)
        entered.set()
        assert ticket.cancelled.wait(20)

    laboratory.behave["faces"] = behave
    runner = run(threads=1)
    job_id = submit(photo(0))
    runner.wake()
    assert entered.wait(20)
    jobs.cancel("me", job_id)
    runner.drop(job_id)
    assert ticket.cancelled.wait(20)
    del laboratory.behave["faces"]
    other = submit(photo(1))
    runner.wake()
    assert ended(jobs, other)[0].state == "done"
    assert jobs.photos("me", job_id)[0].state == "cancelled"


def test_results_are_kept_as_the_job_says(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any, photo: Any
) -> None:
    run()
    kept = answer(ended(jobs, submit(photo(0)))[0])
    assert jobs.store.find("me", kept["image"]["sha256"]) is not None
    again = answer(ended(jobs, submit(photo(0)))[0])
    assert again["results"]["faces"]["stored"]
    passing = answer(ended(jobs, submit(photo(7), keep=False))[0])
    assert jobs.store.find("me", passing["image"]["sha256"]) is None


def test_a_store_that_is_away_for_a_while_is_waited_for_unasked(
    run: Any, submit: Any, jobs: Jobs, photo: Any, caplog: Any
) -> None:
    job_id = submit(photo(0))
    away, asked = [True], set()

    class Away:
        def __getattr__(self, name: str) -> Any:
            asked.add(somebody_asked())
            if away[0]:
                raise StorageUnavailable("gone")
            return getattr(jobs, name)

    runner = run(of=Away())
    until = monotonic() + 60
    while "jobs wait" not in caplog.text:
        assert monotonic() < until
        sleep(0.01)
    away[0] = False
    until = monotonic() + 60
    while jobs.record("me", job_id).state == "running":
        assert monotonic() < until
        runner.wake()
        sleep(0.1)
    assert jobs.photos("me", job_id)[0].state == "done"
    assert asked == {False}


def test_analyses_may_be_those_that_have_no_task_any_more(
    run: Any, submit: Any, jobs: Jobs, laboratory: Any
) -> None:
    known = laboratory.analyses
    fewer = Analyses(
        {"faces": known.tasks["faces"]}, {"faces": known.known["faces"]}, laboratory
    )
    run(replace(laboratory.analyst(), analyses=fewer))
    (photo, _) = ended(jobs, submit(analyses=("smile", "faces")))
    assert photo.state == "done"
    record = answer(photo)
    assert (list(record["results"]), record["problems"]["smile"]["code"]) == (
        ["faces"],
        "unknown-name",
    )
