from __future__ import annotations

import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.errors import PocketLensError, VideoError
from edge_runtime.video.places import Place, place_of
from edge_runtime.video.reading import Reader
from edge_runtime.video.recording import Ending, Recording
from edge_runtime.video.watching import Wanted, Watcher
from edge_runtime.video.writing import Writer


def same(rgb: np.ndarray, *_: Any) -> np.ndarray:
    return rgb


def recorded(lens: Lens, place: Place | Path, out: Path, **more: Any) -> Ending:
    reader = Reader(place if isinstance(place, Place) else place_of(str(place)))
    more.setdefault("paint", same)
    more.setdefault("stop", threading.Event())
    watcher = Watcher(lens, Wanted(), reader.form.size_wh)
    writer = Writer(out, reader.form, reader.sound, live=reader.live)
    try:
        return Recording(reader=reader, watcher=watcher, writer=writer, **more).run()
    finally:
        reader.close()


def test_a_film_comes_out_with_frames_times_and_sound(
    lens: Lens, film: Path, read: Callable[..., Any], tmp_path: Path
) -> None:
    told: list[int] = []
    ending = recorded(lens, film, tmp_path / "a.mp4", seen=told.append)
    given, made = read(film), read(tmp_path / "a.mp4")
    assert made.seconds == pytest.approx(given.seconds, abs=1e-4)
    assert made.sound == given.sound
    assert (ending.frames, ending.dropped, ending.damaged) == (len(given.frames), 0, 0)
    assert ending.sound_packets == len(given.sound)
    assert set(ending.ms) == {"decode", "infer", "draw", "encode"}
    assert (ending.latency_ms, ending.problem, ending.stopped) == (None, None, False)
    assert told == list(range(1, 25))


def camera(rate: int, frames: int = 1_000_000) -> Place:
    """A camera that waits for nobody."""
    address = f"testsrc2=size=320x240:rate={rate},trim=end_frame={frames},realtime"
    return Place(name="camera", address=address, format="lavfi", live=True)


def test_a_camera_that_is_too_fast_loses_frames_but_is_not_late(
    lens: Lens, read: Callable[..., Any], tmp_path: Path
) -> None:
    """200 frames a second, each painted for 50 ms: kept are those that can be, and however
    long it goes on, no frame waits for more than the few before it."""

    def slow(rgb: np.ndarray, *_: Any) -> np.ndarray:
        time.sleep(0.05)
        return rgb

    ending = recorded(lens, camera(200), tmp_path / "a.mp4", paint=slow, seconds=2.0)
    made = read(tmp_path / "a.mp4")
    assert ending.dropped > 200
    assert ending.frames + ending.dropped == pytest.approx(400, abs=30)
    assert len(made.frames) == ending.frames >= 5
    # A queue without bounds would be 1.8 seconds behind at the end.
    slowest = max(ending.ms["draw"], ending.ms["encode"], ending.ms["infer"])
    assert ending.latency_ms is not None
    assert ending.latency_ms[0] < 6 * slowest
    # The frames that are kept are where they were in time.
    assert made.seconds[-1] == pytest.approx(2.0, abs=0.7)


def test_a_camera_that_goes_away_leaves_a_film(
    lens: Lens,
    film: Path,
    read: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An RTSP camera on this machine, unplugged in the midst of it."""
    monkeypatch.syspath_prepend(Path(__file__).parent / "stand_ins")
    with import_module("rtsp_camera").plugged_in(film) as address:
        place = place_of(address)
        ending = recorded(lens, place, tmp_path / "a.mp4")
    made = read(tmp_path / "a.mp4")
    assert len(made.frames) == ending.frames >= 1
    assert ending.frames + ending.dropped >= 20
    assert ending.problem is not None
    assert "went away" in ending.problem


def test_a_stop_ends_the_film_well(
    lens: Lens, film: Path, read: Callable[..., Any], tmp_path: Path
) -> None:
    stop = threading.Event()
    ending = recorded(
        lens,
        film,
        tmp_path / "a.mp4",
        stop=stop,
        seen=lambda frames: stop.set() if frames == 3 else None,
    )
    assert ending.stopped
    assert 3 <= ending.frames < 24
    assert len(read(tmp_path / "a.mp4").frames) == ending.frames


def test_what_was_painted_is_kept_where_painting_fails(
    lens: Lens, film: Path, read: Callable[..., Any], tmp_path: Path
) -> None:
    calls: list[int] = []

    def fail(rgb: np.ndarray, *_: Any) -> np.ndarray:
        calls.append(1)
        if len(calls) > 7:
            raise VideoError("the brush broke")
        return rgb

    ending = recorded(lens, film, tmp_path / "a.mp4", paint=fail)
    assert (ending.frames, ending.problem) == (7, "the brush broke")
    assert len(read(tmp_path / "a.mp4").frames) == 7


def test_where_nothing_can_be_kept_nothing_is_left(
    lens: Lens, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(VideoError, match="stopped before a frame"):
        recorded(lens, film, tmp_path / "a.mp4", stop=stop)

    def full(self: Writer, *_: Any) -> None:
        self.failed = True
        raise PocketLensError("No space left on device")

    monkeypatch.setattr(Writer, "write", full)
    with pytest.raises(PocketLensError, match="No space left"):
        recorded(lens, film, tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_the_code_is_not_hidden(lens: Lens, film: Path, tmp_path: Path) -> None:
    def wrong(*_: Any) -> np.ndarray:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        recorded(lens, film, tmp_path / "a.mp4", paint=wrong)
    assert list(tmp_path.iterdir()) == []
