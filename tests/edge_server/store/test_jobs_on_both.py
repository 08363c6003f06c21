"""Jobs on both kinds of database: what SQLite lets pass, PostgreSQL has to as well."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from PIL import Image

from edge_server.analysis.analyses import Analyses
from edge_server.analysis.findings import Finding
from edge_server.analysis.job_records import NewJob, NewPhoto
from edge_server.analysis.jobs import Jobs
from edge_server.analysis.keeping import Keeping
from edge_server.intake.intake import Intake
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


def test_threads_keep_the_same_findings_once(store: Store) -> None:
    pixels = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(pixels, "PNG")
    upload = Intake().from_bytes(pixels.getvalue())
    engine: Any = SimpleNamespace(version=lambda _model: "1")
    task: Any = SimpleNamespace(name="classify", models=("m",))
    keeping = Keeping(store=store, analyses=Analyses.of([task], engine), owner="me")
    finding = Finding(
        model="m",
        variant="",
        sha256="1",
        device="cpu",
        result=msgspec.Raw(b'{"labels": []}'),
        ms={},
    )
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: keeping.keep(upload, {"classify": finding}), range(12)))
    assert set(keeping.known(upload.sha256, ["classify"]).findings) == {"classify"}
    report = check(store)
    assert (report.photos, report.results, report.clean) == (1, 1, True)
