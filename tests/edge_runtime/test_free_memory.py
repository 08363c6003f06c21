from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime import free_memory
from edge_runtime.errors import PocketLensError
from edge_runtime.free_memory import check_fits, free_bytes

MACHINE = "MemTotal:       24683520 kB\nMemAvailable:    8000000 kB\nBuffers: 1 kB\n"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a system tells: nothing yet."""
    monkeypatch.setattr(free_memory, "_MACHINE", tmp_path / "meminfo")
    monkeypatch.setattr(free_memory, "_CONTAINER", tmp_path)
    return tmp_path


def contain(folder: Path, most: str) -> None:
    (folder / "memory.max").write_text(most)
    (folder / "memory.current").write_text("900000000\n")
    (folder / "memory.stat").write_text("anon 1\ninactive_file 400000000\nfile 2\n")


def test_a_system_that_tells_nothing_refuses_nothing(told: Path) -> None:
    assert free_bytes() is None
    check_fits(10**15, "this", "do that")


def test_what_is_free_is_that_of_the_machine_or_of_its_container(told: Path) -> None:
    (told / "meminfo").write_text(MACHINE)
    assert free_bytes() == 8_192_000_000
    contain(told, "max\n")
    assert free_bytes() == 8_192_000_000
    contain(told, "2000000000\n")
    assert free_bytes() == 1_500_000_000
    contain(told, "100\n")
    assert free_bytes() == 0


def test_what_does_not_fit_is_said_in_gigabytes(told: Path) -> None:
    (told / "meminfo").write_text(MACHINE)
    check_fits(8_000_000_000, "this", "do that")
    with pytest.raises(PocketLensError) as raised:
        check_fits(25_200_000_000, "this", "do that")
    said = "this takes about 25.2 GB of memory, and 8.2 GB are free: do that"
    assert str(raised.value) == said


def test_this_machine_says_no_nonsense() -> None:
    free = free_bytes()
    assert free is None or 0 < free < 10**14
