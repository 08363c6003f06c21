from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime.cli import main
from edge_runtime.video import places


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any], str]:
    status = main(["video", *map(str, words), "--json"])
    out, err = capsys.readouterr()
    return status, json.loads(out) if out else {}, err


def test_a_background_and_what_json_says(
    film: Path,
    read: Callable[..., Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "a.mp4"
    status, said, _ = run(capsys, film, "-o", out, "--background", "#00c000")
    assert status == 0
    assert set(said) == {
        *("task", "input", "output", "size", "complete", "frames", "dropped", "damaged"),
        *("sound_packets", "fps", "ms", "latency_ms", "stopped", "problem"),
    }
    assert (said["frames"], said["dropped"], said["size"]) == (24, 0, [320, 240])
    assert said["complete"]
    assert set(said["ms"]) == {"decode", "infer", "draw", "encode"}
    made = read(out)
    assert len(made.frames) == 24
    assert made.sound == read(film).sound
    corner = np.array([frame[20, 20] for frame in made.frames]).astype(int)
    assert np.abs(corner - (0, 192, 0)).max() < 12


def test_words_for_people_and_no_sound(
    film: Path, read: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.mkv"
    words = ["video", str(film), "-o", str(out), "--task", "faces", "--no-audio"]
    assert main([*words, "--seconds", "0.3", "--raw"]) == 0
    assert "9 frames" in capsys.readouterr().out
    assert read(out).sound == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{folder}/none.mp4", "-o", "{folder}/a.mp4"], "there is no video"),
        (["{film}", "-o", "{folder}/a.mp5"], "unknown video format"),
        (["{film}", "-o", "{film}"], "is the video itself"),
        (["{film}", "-o", "{folder}/a.mp4", "--background", "sunsett"], "'sunset'"),
        (["{film}", "-o", "{folder}/a.mp4", "--task", "filter"], "--preset"),
        (["{film}", "-o", "{folder}/a.mp4", "--model", "smile"], "unknown model"),
        (["--camera", "63", "-o", "{folder}/a.mp4"], "no camera 63"),
    ],
)
def test_what_cannot_be_is_said_before_any_work(
    film: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    said: str,
) -> None:
    monkeypatch.setattr(places, "_LINUX", tmp_path / "dev")
    filled = [word.format(film=film, folder=tmp_path) for word in words]
    status, _, err = run(capsys, *filled)
    assert status == 1
    assert said in err
    assert "\n" not in err.strip()
    assert list(tmp_path.iterdir()) == []


def test_a_video_or_a_camera(film: Path) -> None:
    for words in ([], [str(film), "--camera", "0"]):
        with pytest.raises(SystemExit) as ended:
            main(["video", *words, "-o", "a.mp4"])
        assert ended.value.code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--preset", "bunny"], "--preset goes with --task filter, not with background"),
        (["--recipe", "a.json", "--task", "faces"], "--recipe goes with --task filter"),
        (
            ["--background", "red", "--task", "smile"],
            "--background goes with --task background",
        ),
    ],
)
def test_what_another_task_would_be_told_is_not_left_out_in_silence(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["video", str(film), "-o", str(tmp_path / "a.mp4"), *words])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_recipe_of_ones_own_is_drawn_on_every_frame(
    film: Path, read: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, out = tmp_path / "blue.json", tmp_path / "a.mp4"
    layers = '[{"do": "background", "words": "blue"}]'
    recipe.write_text(f'{{"title": "Blue", "about": "Blue", "layers": {layers}}}')
    words = ["--task", "filter", "--recipe", recipe, "--seconds", "0.2"]
    assert run(capsys, film, "-o", out, *words)[0] == 0
    corner = np.array([frame[20, 20] for frame in read(out).frames]).astype(int)
    assert (corner[:, 2] > corner[:, 0] + 100).all()
    recipe.write_text("{")
    status, _, err = run(capsys, film, "-o", out, *words)
    assert status == 1
    assert "blue.json is not JSON" in err


def test_without_pyav_it_says_what_to_install(
    film: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    status, _, err = run(capsys, film, "-o", tmp_path / "a.mp4")
    assert status == 1
    assert "pip install 'pocketlens[video]'" in err


def test_a_film_that_breaks_off_is_kept_and_the_status_says_so(
    make_film: Callable[..., Path],
    moving: list[np.ndarray],
    read: Callable[..., Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = make_film(tmp_path / "a.mkv", moving).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])
    status, said, err = run(
        capsys, tmp_path / "cut.mkv", "-o", tmp_path / "b.mp4", "--task", "segment"
    )
    assert status == 1
    assert not said["complete"]
    assert "breaks off" in said["problem"]
    assert "what there was of it is in" in err
    assert len(read(tmp_path / "b.mp4").frames) == said["frames"] > 5


def test_a_damaged_film_is_made_and_the_status_says_so(
    damaged_film: Path,
    read: Callable[..., Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "b.mp4"
    status, said, err = run(capsys, damaged_film, "-o", out, "--task", "segment")
    assert status == 1
    assert said["damaged"] >= 1
    assert "is damaged" in err
    assert len(read(out).frames) == said["frames"] >= 6


@contextmanager
def started(film: Path, out: Path) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own, once it has begun to write."""
    words = [sys.executable, "-m", "edge_runtime", "video", str(film), "-o", str(out)]
    process = subprocess.Popen(
        [*words, "--task", "segment", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not any(one.stat().st_size > 0 for one in out.parent.glob(".*.tmp")):
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def long_film(
    make_film: Callable[..., Path],
    moving: list[np.ndarray],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Long enough that a signal comes in its midst; the frames go to and fro."""
    there_and_back = [*moving, *moving[::-1]]
    path = tmp_path_factory.mktemp("long") / "long.mkv"
    return make_film(path, [there_and_back[n % 48] for n in range(600)])


def test_ctrl_c_leaves_a_playable_film(
    long_film: Path, read: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "out" / "a.mp4"
    with started(long_film, out) as process:
        assert not out.exists()
        process.send_signal(signal.SIGINT)
        said, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    report = json.loads(said)
    assert report["stopped"]
    assert not report["complete"]
    made = read(out)
    assert len(made.frames) == report["frames"] < 600
    assert len(made.sound) == report["sound_packets"] > 0
    assert list(out.parent.iterdir()) == [out]


def test_a_kill_leaves_nothing_under_the_name(long_film: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "a.mp4"
    with started(long_film, out) as process:
        process.kill()
        process.wait(timeout=60)
    assert not out.exists()
