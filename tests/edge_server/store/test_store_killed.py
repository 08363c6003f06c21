"""A server may be killed at any moment: what it acknowledged is there, and nothing is half."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge_server.settings import Settings
from edge_server.store.checking import check, gc
from edge_server.store.records import Search
from edge_server.store.rows import sha256_of
from edge_server.store.store import Store, open_store

PROGRAM = Path(__file__).with_name("killed.py")
CALLS = 150_000  # of functions: opening takes some 20,000 of them, and so does a photo


def content(number: int) -> bytes:
    """As ``killed.py`` has it."""
    return hashlib.sha256(str(number).encode()).digest() * 20


@dataclass
class Batch:
    """Photos that are kept by a process that is killed."""

    settings: Settings
    process: subprocess.Popen[bytes]
    photos: int

    def run(self, first: int, kill_after: int) -> list[int]:
        """Keeps from that photo on, killed after so many calls: the numbers that it said."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"%d %d\n" % (first, kill_after))
        self.process.stdin.flush()
        return [int(line) for line in iter(self.process.stdout.readline, b"ended\n")]

    @contextmanager
    def store(self) -> Iterator[Store]:
        made = open_store(self.settings)
        assert made is not None
        with closing(made):
            yield made

    def found(self) -> set[int]:
        """The numbers of the photos that are there, each with its bytes, and each once."""
        numbers = {sha256_of(content(number)): number for number in range(self.photos)}
        with self.store() as store:
            assert not check(store, read=False).lost
            page = store.search("ann", Search(limit=200))
        found = [numbers[photo.sha256] for photo in page.photos]
        assert len(found) == len(set(found))
        return set(found)


@pytest.fixture
def batch(quick: Path | None) -> Iterator[Callable[..., Batch]]:
    """Makes one for a store of these settings; its data folder is new."""
    with ExitStack() as stack:

        def begin(photos: int, **given: str) -> Batch:
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=quick))
            settings = Settings(data=folder, **given)
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), msgspec.json.encode(settings), str(photos)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            stack.enter_context(process)
            return Batch(settings, process, photos)

        yield begin


def kept(said: list[int]) -> set[int]:
    """Every fifth was deleted again."""
    return {number for number in said if number % 5 != 4}


def kill(batch: Batch, kills: int) -> list[int]:
    """Kill the batch so often, look each time, and finish it: the numbers that it said."""
    chosen = np.random.default_rng(7)
    said: list[int] = []
    halves = 0
    for _ in range(kills):
        said += batch.run(len(said), int(chosen.integers(1, CALLS)))
        found = batch.found()
        assert kept(said) <= found <= kept(said) | {len(said)}
        halves += found != kept(said)
    assert len(said) < batch.photos, "the batch was over before the last kill"
    assert halves, "no kill was in the middle of a photo"
    return said + batch.run(len(said), 0)


def test_killed_at_50_points_of_a_batch_it_loses_nothing_and_doubles_nothing(
    batch: Callable[..., Batch],
) -> None:
    killed = batch(200)
    said = kill(killed, 50)
    assert said == list(range(200))
    assert killed.found() == kept(said)
    with killed.store() as store:
        gc(store, grace=0)
        report = check(store)
    assert report.clean
    assert report.photos == report.results == len(kept(said))
    assert not list(killed.settings.folder.rglob("*.part"))
    with closing(sqlite3.connect(killed.settings.folder / "store.sqlite")) as asked:
        assert asked.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert asked.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_same_holds_of_postgresql_and_s3(
    batch: Callable[..., Batch], postgres_url: str, s3_url: str
) -> None:
    killed = batch(30, database_url=postgres_url, blobs_url=s3_url)
    said = kill(killed, 6)
    assert said == list(range(30))
    with killed.store() as store:
        gc(store, grace=0)
        report = check(store)
    assert report.clean
    assert report.photos == report.results == len(kept(said))
