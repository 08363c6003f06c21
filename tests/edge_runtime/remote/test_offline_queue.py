from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.images import Photo
from edge_runtime.offline_queue import REFUSED, OfflineQueue
from edge_runtime.outcomes import Ok, Unavailable
from edge_runtime.remote import How, RemoteLens
from edge_server.problems import problems

GONE = "http://127.0.0.1:9"
Make = Callable[..., RemoteLens]


@pytest.fixture
def queue(tmp_path: Path) -> OfflineQueue:
    return OfflineQueue(tmp_path / "jobs.sqlite")


def test_a_job_waits_and_is_answered_when_the_server_is_back(
    queue: OfflineQueue, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    job = queue.put("faces", photo)
    drained = queue.drain(remote_lens(GONE))
    assert drained.outage is not None
    assert (drained.answered, drained.waiting) == (0, 1)
    before = queue.result(job)
    assert isinstance(before, Unavailable)
    assert before.code == "waiting"
    again = OfflineQueue(queue.path)  # as after a start
    told: list[tuple[str, Any]] = []
    drained = again.drain(remote_lens(fake.url), lambda *args: told.append(args))
    assert (drained.answered, drained.waiting, drained.outage) == (1, 0, None)
    outcome = queue.result(job)
    assert isinstance(outcome, Ok)
    assert len(outcome.value.faces) == 1
    assert outcome.provenance.where == "server"
    assert [one for one, _ in told] == [job]
    assert again.drain(remote_lens(fake.url), lambda *args: told.append(args)).answered == 0
    assert len(told) == 1
    assert fake.computed == {job: 1}


def test_jobs_keep_their_order_and_their_parameters(
    queue: OfflineQueue, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    queue.put("faces", photo, How(model="m"))
    queue.put("cut", photo, objects=("cat", "dog"))
    queue.put("depth", photo, focal_length=500.0)
    assert queue.drain(remote_lens(fake.url)).answered == 3
    paths = [one.path for one in fake.posts()]
    assert paths[0] == "/v1/faces?model=m"
    assert paths[1].endswith("objects=cat%2Cdog")
    assert paths[2].endswith("focal_length=500.0")


@pytest.mark.parametrize("task", ["style", "super_resolution", "cut"])
def test_a_photo_stays_as_transparent_as_when_it_is_asked_at_once(
    task: str, queue: OfflineQueue, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    ramp = np.linspace(0, 255, photo.size_wh[0]).astype(np.uint8)
    faded = Photo(photo.rgb, np.repeat(ramp[None], photo.size_wh[1], axis=0))
    fields: dict[str, Any] = {"objects": ("cat",)} if task == "cut" else {}
    job, opaque = queue.put(task, faded, **fields), queue.put(task, photo, **fields)
    told: list[Any] = []
    remote = remote_lens(fake.url)
    queue.drain(remote, lambda _, outcome: told.append(outcome.value.pixels))
    kept = OfflineQueue(queue.path).result(job)  # as after a start
    assert isinstance(kept, Ok)
    at_once = getattr(remote, task)(faded, **fields).value.pixels
    assert at_once.shape[2] == 4
    assert len(set(at_once[0, :, 3].tolist())) > 1
    np.testing.assert_array_equal(kept.value.pixels, at_once)
    np.testing.assert_array_equal(told[0], at_once)
    without = queue.result(opaque)
    assert isinstance(without, Ok)
    np.testing.assert_array_equal(
        without.value.pixels, getattr(remote, task)(photo, **fields).value.pixels
    )


def test_a_job_of_before_there_was_an_alpha_is_read(
    queue: OfflineQueue, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    job = queue.put("style", photo)
    db = sqlite3.connect(queue.path)
    with db:
        db.execute("UPDATE jobs SET question = json_remove(question, '$.alpha')")
    db.close()
    assert queue.drain(remote_lens(fake.url)).answered == 1
    outcome = queue.result(job)
    assert isinstance(outcome, Ok)
    assert outcome.value.pixels.shape[2] == 3


def test_an_outage_keeps_the_order_and_tries_nothing_more(
    queue: OfflineQueue, chaos: Any, remote_lens: Make, photo: Photo
) -> None:
    for _ in range(3):
        queue.put("faces", photo)
    chaos.faults = ["", "429"]
    chaos.retry_after = "60"
    drained = queue.drain(remote_lens(chaos.url))
    assert (drained.answered, drained.waiting) == (1, 2)
    assert drained.outage is not None
    assert drained.outage.retry_after == 60
    assert chaos.requests == 2


def test_what_no_waiting_helps_stops_nobody_else(
    queue: OfflineQueue, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    fake.missing = {"depth"}
    depth, faces = queue.put("depth", photo), queue.put("faces", photo)
    drained = queue.drain(remote_lens(fake.url))
    assert (drained.answered, drained.waiting, drained.outage) == (1, 1, None)
    assert isinstance(queue.result(faces), Ok)
    assert queue.waiting() == [depth]
    fake.missing = set()
    assert queue.drain(remote_lens(fake.url)).answered == 1


def test_one_that_is_late_each_time_stops_nobody_else(
    queue: OfflineQueue, chaos: Any, remote_lens: Make, photo: Photo
) -> None:
    late, faces = queue.put("depth", photo, How(seconds=1.5)), queue.put("faces", photo)
    chaos.faults = ["hang", ""]
    drained = queue.drain(remote_lens(chaos.url))
    assert (drained.answered, drained.waiting, drained.outage) == (1, 1, None)
    assert isinstance(queue.result(faces), Ok)
    assert queue.waiting() == [late]


def test_a_server_that_hangs_ends_it_by_the_breaker(
    queue: OfflineQueue, chaos: Any, remote_lens: Make, photo: Photo
) -> None:
    for _ in range(8):
        queue.put("faces", photo, How(seconds=0.3))
    chaos.faults = ["hang"] * 8
    drained = queue.drain(remote_lens(chaos.url))
    assert (drained.answered, drained.waiting) == (0, 8)
    assert drained.outage is not None
    assert drained.outage.code == "circuit-open"
    assert chaos.requests <= 5


def test_a_question_that_is_refused_ends_as_such(
    queue: OfflineQueue, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    job = queue.put("faces", photo)

    class Refusing(RemoteLens):
        def send(self, *_: Any) -> Any:
            return Unavailable("score is no number", None, "invalid-parameter")

    told: list[Any] = []
    drained = queue.drain(Refusing(fake.url), lambda *args: told.append(args))
    assert (drained.refused, drained.waiting) == (1, 0)
    outcome = queue.result(job)
    assert outcome == Unavailable("score is no number", None, "invalid-parameter")
    assert told == [(job, outcome)]


def test_what_is_refused_for_good_is_what_the_server_calls_so() -> None:
    known = {p.code for p in problems() if p.status in {400, 406, 413, 415, 422}}
    urls = {"bad-host", "too-many-redirects", "source-too-large"}
    assert {c for c in known if not c.startswith("url-")} - urls == REFUSED


def test_who_died_while_being_told_is_told_again(
    queue: OfflineQueue, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    job = queue.put("faces", photo)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        queue.drain(remote_lens(fake.url), die)
    told: list[str] = []
    queue.drain(remote_lens(fake.url), lambda one, _: told.append(one))
    assert told == [job]
    assert fake.computed == {job: 1}


def test_only_one_drains_at_a_time(
    queue: OfflineQueue, chaos: Any, remote_lens: Make, photo: Photo
) -> None:
    queue.put("faces", photo)
    chaos.faults = ["hang"]
    first = threading.Thread(target=queue.drain, args=(remote_lens(chaos.url, attempts=1),))
    first.start()
    ends = time.monotonic() + 60
    while not chaos.requests:
        assert time.monotonic() < ends
        time.sleep(0.01)
    second = OfflineQueue(queue.path).drain(remote_lens(chaos.url))
    assert (second.answered, second.waiting) == (0, 1)
    assert chaos.requests == 1
    chaos.ended.set()  # the first is let go, without an answer
    first.join()
    assert queue.drain(remote_lens(chaos.url)).answered == 1


def test_a_job_may_be_forgotten(queue: OfflineQueue, photo: Photo) -> None:
    job = queue.put("faces", photo)
    queue.forget(job)
    assert queue.waiting() == []
    with pytest.raises(UnknownName, match=job):
        queue.result(job)


def test_an_answer_takes_the_photos_place(
    queue: OfflineQueue, fake: Any, remote_lens: Make, photo: Photo
) -> None:
    queue.put("faces", photo)
    queue.drain(remote_lens(fake.url))
    with sqlite3.connect(queue.path) as db:
        assert db.execute("SELECT body FROM jobs").fetchall() == [(b"",)]
    db.close()


def test_a_task_that_does_not_exist(queue: OfflineQueue, photo: Photo) -> None:
    with pytest.raises(UnknownName, match="super_resolution"):
        queue.put("super_revolution", photo)


def test_files_that_are_no_queue(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database" * 999)
    with pytest.raises(PocketLensError, match="cannot be used as a queue"):
        OfflineQueue(tmp_path / "text")
    with pytest.raises(PocketLensError, match="cannot be used as a queue"):
        OfflineQueue(tmp_path / "no folder" / "jobs.sqlite")
    with sqlite3.connect(tmp_path / "later") as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(PocketLensError, match="later PocketLens"):
        OfflineQueue(tmp_path / "later")


class Client:
    """The process whose children are killed, and what they said before."""

    def __init__(self, url: str, path: Path) -> None:
        script = Path(__file__).with_name("killed_client.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), url, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.promised: list[str] = []
        self.told: list[tuple[str, str]] = []

    def order(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def until(self, wanted: str) -> list[str]:
        """Listen to what is said, as far as that word."""
        assert self.process.stdout is not None
        while True:
            word, *rest = self.process.stdout.readline().split()
            if word == "put":
                self.promised.append(rest[0])
            elif word == "told":
                self.told.append((rest[0], rest[1]))
            if word == wanted:
                return rest

    def end(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_a_hundred_kills_lose_nothing_and_repeat_nothing(
    tmp_path: Path, fake: Any, remote_lens: Make
) -> None:
    queue = OfflineQueue(tmp_path / "jobs.sqlite")
    client = Client(fake.url, queue.path)
    chance = random.Random(7)  # noqa: S311  no secret
    ends, kills, worked = time.monotonic() + 60, 0, 0
    while kills < 100 and (kills < 10 or time.monotonic() < ends):
        client.order("go")
        (child,) = client.until("child")
        well = chance.randrange(3)  # so many jobs go well
        for _ in range(well):
            client.until("told")
        time.sleep(chance.uniform(0, 0.03))
        os.kill(int(child), signal.SIGKILL)
        kills += 1
        worked += well > 0  # else it may be killed before it has promised anything
        client.order("reap")
        client.until("ended")
    client.end()
    queue.drain(remote_lens(fake.url), lambda job, _: client.told.append((job, "1")))
    assert queue.waiting() == []
    jobs = set(client.promised)
    assert len(jobs) == len(client.promised) >= worked >= 5
    assert jobs <= {job for job, _ in client.told}
    assert {faces for _, faces in client.told} == {"1"}  # nobody was told of an empty answer
    assert set(fake.computed.values()) == {1}
    with sqlite3.connect(queue.path) as db:
        ids = {row[0] for row in db.execute("SELECT id FROM jobs WHERE state = 'done'")}
    db.close()
    assert jobs <= ids == set(fake.computed)
    assert all(isinstance(queue.result(job), Ok) for job in ids)
