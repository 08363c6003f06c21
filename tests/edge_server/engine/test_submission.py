from __future__ import annotations

from functools import partial
from threading import Thread
from typing import Any

import pytest

from edge_server.engine.interface import Answer, Times
from edge_server.problems import Cancelled, DeadlineExceeded, ModelNotFound

ANSWER = Answer(
    value=3, model="m", variant="", sha256="", device="cpu", times=Times(queued=0, run=1)
)


def test_the_answer_comes_to_who_waits(submission: Any) -> None:
    one = submission()
    found: list[Answer] = []
    waiting = Thread(target=lambda: found.append(one.result()))
    waiting.start()
    assert one.settle(ANSWER)
    waiting.join(10)
    assert found == [ANSWER]
    assert one.progress() == 1.0


def test_the_end_comes_once(submission: Any) -> None:
    ended: list[object] = []
    one = submission(ended=ended.append)
    assert one.settle(ModelNotFound("no"))
    assert not one.settle(ANSWER)
    one.cancel()
    assert ended == [one]
    for _ in range(2):
        with pytest.raises(ModelNotFound):
            one.result()


def test_of_many_who_settle_one_does(submission: Any) -> None:
    for _ in range(200):
        one = submission()
        won: list[bool] = []
        settle = partial(lambda s, w: w.append(s.settle(ANSWER)), one, won)
        threads = [Thread(target=settle) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(won) == [False, False, False, True]


def test_nobody_waits_beyond_the_deadline(submission: Any) -> None:
    one = submission(seconds=0.1)
    with pytest.raises(DeadlineExceeded):
        one.result()
    assert -10 < one.work.deadline.remaining() < 0.01
    assert not one.settle(ANSWER)


def test_work_past_its_deadline_does_not_begin(submission: Any) -> None:
    one = submission(seconds=-1)
    assert not one.begin()
    assert one.began is None
    with pytest.raises(DeadlineExceeded):
        one.result()


def test_work_that_begins_twice_began_when_it_first_did(submission: Any) -> None:
    one = submission()
    assert one.begin()
    first = one.began
    assert one.begin()
    assert one.began == first


def test_a_job_tells_its_progress_and_hears_that_nobody_waits(submission: Any) -> None:
    one = submission()
    job = one.job()
    job.progress(0.25)
    assert one.progress() == 0.25
    job.progress(7)
    assert one.progress() == 1.0
    job.progress(0.5)
    assert not job.cancelled()
    one.cancel()
    assert job.cancelled()
    job.progress(0.75)
    assert one.progress() == 0.5
    with pytest.raises(Cancelled):
        one.result()


def test_a_job_hears_that_its_deadline_has_passed(submission: Any) -> None:
    assert submission(seconds=-1).job().cancelled()


def test_who_waits_is_told_also_where_the_counting_fails(submission: Any) -> None:
    def broken(_one: object) -> None:
        raise ValueError("broken")

    one = submission(ended=broken)
    with pytest.raises(ValueError, match="broken"):
        one.settle(ANSWER)
    assert one.result() is ANSWER
