from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from edge_runtime.choices import Choice, Choices, Key, cache_folder
from edge_runtime.trial import Verdict

KEY = Key(model="smile", candidates=("litert 2 cpu ab", "onnx 1 cpu cd"), threads=1, device="x")
CHOICE = Choice(
    model="smile",
    backend="onnx",
    accelerator="cpu",
    verdicts=(Verdict(backend="onnx", accelerator="cpu", ms=1.5),),
)


@pytest.fixture
def choices(tmp_path: Path) -> Choices:
    return Choices(tmp_path / "canary")


def test_a_choice_is_kept_and_said_to_be(choices: Choices) -> None:
    assert choices.read(KEY) is None
    choices.write(KEY, CHOICE)
    assert choices.read(KEY) == msgspec.structs.replace(CHOICE, remembered=True)
    assert [path.name for path in choices.folder.iterdir()] == [f"{KEY.name}.json"]


@pytest.mark.parametrize(
    "other",
    [
        {"model": "faces"},
        {"candidates": ("litert 3 cpu ab", "onnx 1 cpu cd")},
        {"threads": 2},
        {"device": "x; driver 2"},
    ],
)
def test_another_file_runtime_or_driver_has_to_prove_itself_again(
    choices: Choices, other: dict[str, object]
) -> None:
    choices.write(KEY, CHOICE)
    key = msgspec.structs.replace(KEY, **other)
    assert key.name != KEY.name
    assert choices.read(key) is None
    (choices.folder / f"{KEY.name}.json").rename(choices.folder / f"{key.name}.json")
    assert choices.read(key) is None


def test_damage_counts_as_none_whatever_byte_it_is(choices: Choices) -> None:
    choices.write(KEY, CHOICE)
    path = choices.folder / f"{KEY.name}.json"
    raw = path.read_bytes()
    good = choices.read(KEY)
    for broken in (b"", b"{}", raw[:-30], b"\xff" + raw[1:], raw.replace(b"backend", b"back")):
        path.write_bytes(broken)
        assert choices.read(KEY) is None
    choices.write(KEY, CHOICE)
    assert choices.read(KEY) == good


def test_the_last_good_choice_survives_a_write_that_fails(
    choices: Choices, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices.write(KEY, CHOICE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    choices.write(KEY, msgspec.structs.replace(CHOICE, backend="litert"))
    monkeypatch.undo()
    kept = choices.read(KEY)
    assert kept
    assert kept.backend == "onnx"


def test_a_folder_that_cannot_be_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    choices = Choices(tmp_path / "file")
    with choices.alone(KEY), choices.attempting(KEY, "onnx cpu"):
        choices.write(KEY, CHOICE)
    assert choices.read(KEY) is None


def test_a_mark_is_there_only_meanwhile(choices: Choices) -> None:
    with pytest.raises(ValueError, match="raised"), choices.attempting(KEY, "onnx cpu"):
        assert choices.was_cut_short(KEY, "onnx cpu")
        assert not choices.was_cut_short(KEY, "litert cpu")
        raise ValueError("raised")
    assert not choices.was_cut_short(KEY, "onnx cpu")


# Processes of their own, since a fork of one that has threads may stand still.
_PROCESS = """
import os, sys, time
from pathlib import Path

import msgspec

from edge_runtime.choices import Choices, Key

choices, key = Choices(Path(sys.argv[1])), msgspec.json.decode(sys.argv[2], type=Key)
"""
_DIES = """
with choices.alone(key), choices.attempting(key, "onnx cpu"):
    os._exit(9)
"""
_HOLDS = """
with choices.alone(key):
    (choices.folder / "held").touch()
    time.sleep(0.5)
    (choices.folder / "released").touch()
"""


def start(code: str, choices: Choices) -> subprocess.Popen[bytes]:
    key = msgspec.json.encode(KEY).decode()
    return subprocess.Popen([sys.executable, "-c", _PROCESS + code, str(choices.folder), key])


def test_a_process_that_dies_leaves_its_mark_and_no_lock(choices: Choices) -> None:
    assert start(_DIES, choices).wait(60) == 9
    with choices.alone(KEY):
        assert choices.was_cut_short(KEY, "onnx cpu")
        choices.clear_marks(KEY)
        assert not choices.was_cut_short(KEY, "onnx cpu")


def test_one_process_at_a_time(choices: Choices) -> None:
    process = start(_HOLDS, choices)
    while not (choices.folder / "held").exists():
        assert process.poll() is None
        time.sleep(0.01)
    with choices.alone(KEY):
        assert (choices.folder / "released").exists()
    assert process.wait(60) == 0


def test_the_cache_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCKETLENS_CACHE", "/a")
    assert cache_folder() == Path("/a")
    monkeypatch.delenv("POCKETLENS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    assert cache_folder() == Path("/b/pocketlens")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "pocketlens"
