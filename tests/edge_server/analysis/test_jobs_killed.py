"""A server that is killed in the middle of a job, again and again, finishes it once."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from edge_server.analysis.job_records import NewJob, NewPhoto
from edge_server.analysis.jobs import Jobs
from edge_server.api.access import LOCAL
from edge_server.settings import Settings
from edge_server.store.checking import check, gc
from edge_server.store.store import open_store

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTOS, KILLS, AT_ONCE = 18, 5, 3
ANALYSES = ("objects", "classify", "faces")


def photos() -> list[bytes]:
    """Small cuts of real photos, each another."""
    chosen = np.random.default_rng(3)
    found = []
    for name in ("astronaut.png", "motorcycle.png", "coffee.png"):
        image = Image.open(SAMPLES / name).convert("RGB")
        for _ in range(PHOTOS // 3):
            x, y = chosen.integers(0, (image.width - 240, image.height - 240)).tolist()
            content = io.BytesIO()
            image.crop((x, y, x + 240, y + 240)).save(content, "JPEG", quality=90)
            found.append(content.getvalue())
    return found


def ended(job: Any) -> int:
    return int(job["done"] + job["failed"])


def test_killed_at_5_points_a_job_ends_complete_and_nothing_is_double(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    random, sent = np.random.default_rng(11), photos()
    path = f"/v1/jobs/{_submitted(tmp_path, sent)}"
    seen, unfinished = 0, 0
    with httpx.Client(timeout=30) as client:
        for _ in range(KILLS):
            _let_begin(tmp_path, AT_ONCE)
            server = serve(device="cpu", requests_per_minute="0")
            seen = _once_more_has_ended(client, f"{server.address}{path}", seen)
            time.sleep(float(random.uniform(0, 0.06)))
            server.process.kill()
            server.process.wait(10)
            unfinished += _began_and_did_not_end(tmp_path)
        assert unfinished, "no kill was in the middle of a photo"
        _let_begin(tmp_path, PHOTOS)
        server = serve(device="cpu")
        job = _followed(client, f"{server.address}{path}")
        alone = [_alone(client, server.address, content) for content in sent]
    assert (job["state"], job["done"], job["failed"]) == ("done", PHOTOS, 0)
    for number, photo in enumerate(job["photos"]):
        assert photo["name"] == f"{number}.jpg"
        found = {name: one["result"] for name, one in photo["answer"]["results"].items()}
        assert found == alone[number]
    assert sorted(photo["place"] for photo in job["photos"]) == list(range(1, PHOTOS + 1))
    assert server.end() == 0
    _store_is_clean(tmp_path)


def _submitted(folder: Path, sent: list[bytes]) -> str:
    """A job that waits for the first server: its id."""
    named = (NewPhoto(name=f"{n}.jpg", content=content) for n, content in enumerate(sent))
    store = open_store(Settings(data=str(folder)))
    assert store is not None
    with closing(store):
        return Jobs(store).submit(LOCAL, NewJob(analyses=ANALYSES, photos=tuple(named))).id


def _let_begin(folder: Path, count: int) -> None:
    """The next server begins with so many new photos: else it could end the whole job before
    this process, where it stalls, comes to the last kill."""
    held = "UPDATE job_photos SET due = ? WHERE tries = 0"
    free = (
        "UPDATE job_photos SET due = 0 WHERE number IN "
        "(SELECT number FROM job_photos WHERE tries = 0 ORDER BY number LIMIT ?)"
    )
    with closing(sqlite3.connect(folder / "store.sqlite")) as asked, asked:
        asked.execute(held, (sys.float_info.max,))
        asked.execute(free, (count,))


def _once_more_has_ended(client: httpx.Client, url: str, seen: int) -> int:
    """Wait until more photos have ended than those: how many have."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        job = client.get(url, params={"answers": "false"}).json()
        if ended(job) > seen:
            assert ended(job) < PHOTOS, "the job was over before the last kill"
            return ended(job)
        time.sleep(0.005)
    raise AssertionError("no photo ended")


def _began_and_did_not_end(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "store.sqlite")) as asked:
        counted = "SELECT count(*) FROM job_photos WHERE state = 'waiting' AND tries > 0"
        (count,) = asked.execute(counted).fetchone()
    return int(count)


def _followed(client: httpx.Client, url: str) -> Any:
    """The job once it has ended; each photo was told of once."""
    numbers: Counter[int] = Counter()
    with client.stream("GET", url, headers={"Accept": "text/event-stream"}) as response:
        names = []
        for line in response.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                names.append(value)
            elif field == "data" and names[-1] == "photo":
                numbers[json.loads(value)["number"]] += 1
    assert names[-1] == "done"
    assert numbers == Counter(range(PHOTOS))
    return client.get(url).json()


def _alone(client: httpx.Client, address: str, content: bytes) -> dict[str, Any]:
    answer = client.post(
        f"{address}/v1/analyze",
        content=content,
        headers={"Content-Type": "image/jpeg"},
        params={"analyses": ",".join(ANALYSES), "keep": "false"},
    )
    return {name: one["result"] for name, one in answer.json()["results"].items()}


def _store_is_clean(folder: Path) -> None:
    store = open_store(Settings(data=str(folder)))
    assert store is not None
    with closing(store):
        gc(store, grace=0)
        report = check(store)
        assert report.clean
        assert (report.photos, report.results) == (PHOTOS, PHOTOS * len(ANALYSES))
        assert report.blobs == PHOTOS
