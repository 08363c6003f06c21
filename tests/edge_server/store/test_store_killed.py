"""A server may be killed at any moment: what it acknowledged is there, and nothing is half."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from edge_server.settings import Settings
from edge_server.store.checking import check, gc
from edge_server.store.records import Search
from edge_server.store.rows import sha256_of
from edge_server.store.store import Store, open_store

PROGRAM = Path(__file__).with_name("killed.py")
PHOTOS, KILLS = 200, 50
CALLS = 160_000  # of functions: opening takes a third of them, a photo a tenth


def content(number: int) -> bytes:
    """As ``killed.py`` has it."""
    return hashlib.sha256(str(number).encode()).digest() * 20


@pytest.fixture
def folder(quick: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=quick) as name:
        yield Path(name)


@pytest.fixture
def run(folder: Path) -> Iterator[Callable[[int, int], list[int]]]:
    """Keeps from that photo on, killed after so many calls: the numbers that it said."""
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def once(first: int, kill_after: int) -> list[int]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"%d %d\n" % (first, kill_after))
        process.stdin.flush()
        said = [line.strip() for line in iter(process.stdout.readline, b"ended\n")]
        return [int(number) for number in said]

    yield once
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def test_killed_at_50_points_of_a_batch_it_loses_nothing_and_doubles_nothing(
    run: Callable[[int, int], list[int]], folder: Path
) -> None:
    chosen = np.random.default_rng(7)
    said: list[int] = []
    halves = 0
    for _ in range(KILLS):
        said += run(len(said), int(chosen.integers(1, CALLS)))
        found = _found(folder)
        assert _kept(said) <= found <= _kept([*said, len(said)]) | {len(said)}
        halves += found != _kept(said)
    assert len(said) < PHOTOS, "the batch was over before the last kill"
    assert halves, "no kill was in the middle of a photo"
    said += run(len(said), 0)
    assert said == list(range(PHOTOS))
    assert _found(folder) == _kept(said)
    with closing(_store(folder)) as store:
        gc(store, grace=0)
        report = check(store)
        assert report.clean
        assert report.photos == report.results == len(_kept(said))
        assert not list(folder.rglob("*.part"))
    with closing(sqlite3.connect(folder / "store.sqlite")) as asked:
        assert asked.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert asked.execute("PRAGMA foreign_key_check").fetchall() == []


def _kept(said: list[int]) -> set[int]:
    return {number for number in said if number % 5 != 4}


def _store(folder: Path) -> Store:
    store = open_store(Settings(data=str(folder)))
    assert store is not None
    return store


def _found(folder: Path) -> set[int]:
    """The numbers of the photos that are there, each whole and each once, with its answer
    where it was acknowledged.
    """
    numbers = {sha256_of(content(number)): number for number in range(PHOTOS)}
    with closing(_store(folder)) as store:
        assert not check(store, read=False).lost
        page = store.search("ann", Search(limit=PHOTOS))
        found = [numbers[photo.sha256] for photo in page.photos]
    assert len(found) == len(set(found))
    return set(found)
