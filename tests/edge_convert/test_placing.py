from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge_convert.placing import PREFIX, put, workshop, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "a.bin", b"abc")
    assert (tmp_path / "new" / "a.bin").read_bytes() == b"abc"
    assert names(tmp_path / "new") == ["a.bin"]


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"old")
    with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
        patch.setattr(Path, "replace", _full)
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def _full(*_: object) -> None:
    raise OSError("full")


def test_a_workshop_is_gone_afterwards(tmp_path: Path) -> None:
    with workshop(tmp_path / "models") as place:
        (place / "half").write_text("x")
        assert place.parent == tmp_path / "models"
    assert not (tmp_path / "models").exists()


def test_a_folder_takes_the_place_of_a_folder(tmp_path: Path) -> None:
    for text in ("one", "two"):
        with workshop(tmp_path) as place:
            (place / "a.mlpackage").mkdir()
            (place / "a.mlpackage" / text).write_text(text)
            put(place / "a.mlpackage", tmp_path / "a.mlpackage")
    assert names(tmp_path / "a.mlpackage") == ["two"]
    assert names(tmp_path) == ["a.mlpackage"]


KILLED = """
import os, pathlib, sys
from edge_convert.placing import workshop
with workshop(pathlib.Path(sys.argv[1])) as place:
    (place / "half").write_text("x")
    os.kill(os.getpid(), 9)
"""


def test_a_killed_run_leaves_no_real_name_and_is_swept_up(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert [name.startswith(PREFIX) for name in names(tmp_path)] == [True]
    with workshop(tmp_path):
        pass
    assert not tmp_path.exists() or names(tmp_path) == []


def test_a_run_that_is_still_going_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / f"{PREFIX}{os.getppid()}-x"
    other.mkdir()
    with workshop(tmp_path):
        pass
    assert other.exists()
