"""Rows 123, 131, 132 and 133-139 of the catalogue as far as they are about what is kept."""

from __future__ import annotations

import resource
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from edge_server.settings import Settings
from edge_server.store.checking import check, gc
from edge_server.store.store import open_store


def photo(number: int) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 255, (16, 16, 3), np.uint8)
    made = BytesIO()
    Image.fromarray(pixels).save(made, "PNG")
    return made.getvalue()


class Keeper:
    """A server that keeps photos, and where it keeps them."""

    def __init__(self, served: Any, data: Path) -> None:
        self.served, self.data = served, data
        self.http = httpx.Client(base_url=served.address, timeout=20)

    def keep(self, number: int) -> tuple[int, str]:
        """The status, and the photo's id or the problem's code."""
        headers = {"Content-Type": "image/png"}
        reply = self.http.post("/v1/photos", content=photo(number), headers=headers)
        if reply.status_code == 503:
            assert int(reply.headers["Retry-After"]) > 0
            assert str(self.data) not in reply.text
            return 503, reply.json()["code"]
        return reply.status_code, reply.json()["photo"]["id"]

    def listed(self) -> set[str]:
        reply = self.http.get("/v1/photos?limit=200")
        assert reply.status_code == 200
        return {one["id"] for one in reply.json()["photos"]}


@pytest.fixture
def begin(serve: Callable[..., Any], tmp_path: Path) -> Iterator[Callable[..., Keeper]]:
    """Starts a server that has kept a photo."""
    data, begun = tmp_path / "kept", []

    def made(*options: str) -> Keeper:
        served = serve("--requests-per-minute", "0", *options, data=str(data))
        begun.append(Keeper(served, data))
        assert begun[-1].keep(0)[0] == 201
        return begun[-1]

    yield made
    for keeper in begun:
        keeper.http.close()


@pytest.fixture
def keeper(begin: Callable[..., Keeper]) -> Keeper:
    """One whose writers wait for each other, however slow the disk is."""
    return begin()


@contextmanager
def no_file_may_grow(pid: int) -> Iterator[None]:
    """As on a disk that is full."""
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def test_131_132_a_job_that_is_not_there(keeper: Keeper) -> None:
    for job in ("1", "0" * 32, "..%2f..%2fetc%2fpasswd", "%00", "a" * 300):
        for method in ("GET", "DELETE"):
            reply = keeper.http.request(method, f"/v1/jobs/{job}")
            assert (reply.status_code, reply.json()["code"]) == (404, "not-found"), job


def test_133_135_136_what_befalls_the_store_is_told_and_passes(
    begin: Callable[..., Keeper],
) -> None:
    keeper = begin("--database-seconds", "1")
    file = keeper.data / "store.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert keeper.keep(1) == (503, "storage-busy")
        assert keeper.http.post("/v1/classify", files={"image": photo(1)}).status_code == 200
        other.rollback()
    assert keeper.keep(1)[0] == 201

    files = {path for path in keeper.data.rglob("*") if path.is_file()}
    with no_file_may_grow(keeper.served.process.pid):
        assert keeper.keep(2) == (503, "storage-full")
    assert {path for path in keeper.data.rglob("*") if path.is_file()} == files
    assert keeper.keep(2)[0] == 201
    assert len(keeper.listed()) == 3

    for path in keeper.data.glob("store.sqlite*"):
        path.unlink()
    assert keeper.keep(3) == (503, "storage-unavailable")
    assert keeper.keep(3)[0] == 201
    assert len(keeper.listed()) == 1


def test_138_what_is_kept_has_names_that_nobody_chose(keeper: Keeper) -> None:
    secret = keeper.data.parent / "secret"
    secret.write_text("secret")
    link = keeper.data / "blobs" / "ab" / "ab" / ("ab" * 32)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(secret)
    for name in ("../../../secret", "..%2f..%2fsecret", "ab" * 32, str(secret), "a%00b"):
        for end in ("", "/original", "/view"):
            assert keeper.http.get(f"/v1/photos/{name}{end}").status_code == 404
    with closing(_opened(keeper.data)) as store:
        assert check(store).clean
    named = {"image": ("../../../evil.php", photo(7), "text/html")}
    assert keeper.http.post("/v1/photos", files=named).status_code == 201
    assert not list(keeper.data.parent.rglob("*evil*"))


def test_123_killed_while_photos_come_it_has_kept_what_it_said(
    keeper: Keeper, serve: Callable[..., Any]
) -> None:
    said: set[str] = set()

    def send(first: int) -> None:
        with suppress(httpx.TransportError):
            for number in range(first, first + 100):
                status, photo_id = keeper.keep(number)
                assert status == 201
                said.add(photo_id)

    sending = [threading.Thread(target=send, args=(1000 * n,)) for n in range(1, 4)]
    for thread in sending:
        thread.start()
    while len(said) < 12 and any(thread.is_alive() for thread in sending):
        sending[0].join(0.01)
    keeper.served.end(signal.SIGKILL)
    for thread in sending:
        thread.join(20)
    again = Keeper(serve(data=str(keeper.data)), keeper.data)
    assert said <= again.listed()
    assert len(said) >= 12
    again.http.close()
    assert again.served.end() == 0
    with closing(_opened(keeper.data)) as store:
        gc(store, grace=0)
        assert check(store).clean


def _opened(data: Path) -> Any:
    return open_store(Settings(data=str(data)))
