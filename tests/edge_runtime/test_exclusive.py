"""One at a time, whoever is killed within."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge_runtime.exclusive import exclusive

HOLD = """
import sys
from pathlib import Path
from edge_runtime.exclusive import exclusive
with exclusive(Path(sys.argv[1]), 20) as alone:
    print(alone, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "some.lock"


def test_the_second_is_told_that_it_is_not_alone(lock: Path) -> None:
    with exclusive(lock, 0) as first, exclusive(lock, 0) as second:
        assert (first, second) == (True, False)
    with exclusive(lock, 0) as again:
        assert again


def test_those_who_wait_come_one_after_the_other(lock: Path) -> None:
    within: list[int] = []
    most: list[int] = []

    def enter(number: int) -> None:
        with exclusive(lock, 60) as alone:
            assert alone
            within.append(number)
            most.append(len(within))
            within.remove(number)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(enter, range(12)))
    assert most == [1] * 12


def test_an_error_within_is_passed_on_and_unlocks(lock: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(lock, 0):
        raise ZeroDivisionError
    with exclusive(lock, 0) as alone:
        assert alone


def test_a_killed_process_holds_nothing(lock: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        with exclusive(lock, 0) as alone:
            assert not alone
        other.kill()
        other.wait(60)
    with exclusive(lock, 20) as alone:
        assert alone


def test_a_file_that_cannot_be_a_lock_is_an_error(lock: Path) -> None:
    lock.mkdir()
    with pytest.raises(sqlite3.Error), exclusive(lock, 0):
        pytest.fail("nobody may be within")
