from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from edge_runtime.errors import PocketLensError, UnknownName, VideoError
from edge_runtime.video.places import place_of
from edge_runtime.video.reading import Form, Reader
from edge_runtime.video.writing import Writer, format_of


def form(size_wh: tuple[int, int] = (320, 240), **more: Any) -> Form:
    return Form(size_wh=size_wh, time_base=Fraction(1, 90_000), rate=Fraction(30), **more)


def copied(source: Path, target: Path) -> None:
    reader = Reader(place_of(str(source)))
    writer = Writer(target, reader.form, reader.sound)
    for frame in reader.frames():
        writer.write(frame.rgb, frame.pts)
    for packet in reader.packets:
        writer.write_sound(*packet, reader.start)
    writer.finish()


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_frames_times_and_sound_come_through(
    film: Path, read: Callable[..., Any], tmp_path: Path, suffix: str
) -> None:
    copied(film, tmp_path / f"a{suffix}")
    given, made = read(film), read(tmp_path / f"a{suffix}")
    # Matroska has no times before 0, where the sound begins: all is later by that.
    late = made.seconds[0] - given.seconds[0]
    assert late == (pytest.approx(0.0232, abs=1e-3) if suffix == ".mkv" else 0)
    np.testing.assert_allclose(np.array(made.seconds) - late, given.seconds, atol=0.0011)
    assert made.sound == given.sound  # packet by packet, byte by byte
    assert made.size_wh == given.size_wh
    for one, other in zip(given.frames, made.frames, strict=True):
        assert np.abs(one.astype(int) - other).mean() < 4


def test_sound_stays_with_the_pictures_where_a_film_begins_late(
    make_film: Callable[..., Path],
    moving: list[np.ndarray],
    read: Callable[..., Any],
    tmp_path: Path,
) -> None:
    copied(make_film(tmp_path / "a.ts", moving), tmp_path / "b.mkv")
    made = read(tmp_path / "b.mkv")
    assert made.seconds[0] < 0.1
    with av.open(str(tmp_path / "b.mkv")) as result:
        first = next(packet for packet in result.demux(audio=0) if packet.pts is not None)
        assert abs(float(first.pts * first.time_base)) < 0.1


def test_variable_rates_are_written(
    moving: list[np.ndarray], read: Callable[..., Any], tmp_path: Path
) -> None:
    times = [0, 3600, 4000, 13_000, 13_500, 36_000]
    writer = Writer(tmp_path / "a.mp4", form())
    for pixels, pts in zip(moving, times, strict=False):
        writer.write(pixels, pts)
    writer.finish()
    made = read(tmp_path / "a.mp4").seconds
    np.testing.assert_allclose(made, np.array(times) / 90_000, atol=1e-4)


def test_odd_sizes_colours_and_the_shape_of_pixels(
    read: Callable[..., Any], tmp_path: Path
) -> None:
    red = np.full((31, 33, 3), (200, 30, 40), np.uint8)
    how = form((33, 31), pixel_aspect=Fraction(4, 3), colours=(1, 1, 1, 1))
    writer = Writer(tmp_path / "a.mp4", how)
    writer.write(red, 0)
    writer.finish()
    made = read(tmp_path / "a.mp4")
    assert made.size_wh == (34, 32)
    assert np.abs(made.frames[0].astype(int) - (200, 30, 40)).max() <= 6
    with av.open(str(tmp_path / "a.mp4")) as result:
        stream = result.streams.video[0]
        assert stream.sample_aspect_ratio == Fraction(4, 3)
        assert stream.codec_context.colorspace == 1


def test_grey_pictures_are_written_too(read: Callable[..., Any], tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.mkv", form((256, 32)))
    writer.write(np.tile(np.arange(0, 256, dtype=np.uint8), (32, 1)), 0)
    writer.finish()
    shades = read(tmp_path / "a.mkv").frames[0].mean(axis=(0, 2))
    np.testing.assert_allclose(shades, np.arange(256), atol=4)


def test_nothing_is_under_the_name_before_it_is_whole(
    moving: list[np.ndarray], tmp_path: Path
) -> None:
    path = tmp_path / "new" / "a.mp4"
    writer = Writer(path, form())
    writer.write(moving[0], 0)
    assert not path.exists()
    writer.discard()
    assert list(path.parent.iterdir()) == []
    writer = Writer(path, form())
    writer.write(moving[0], 0)
    writer.finish()
    assert [one.name for one in path.parent.iterdir()] == ["a.mp4"]


def test_a_format_that_cannot_hold_the_sound_is_said(film: Path, tmp_path: Path) -> None:
    reader = Reader(place_of(str(film)))
    with pytest.raises(VideoError, match=r"cannot hold .*aac.*--no-audio"):
        Writer(tmp_path / "a.webm", reader.form, reader.sound)
    reader.close()
    assert list(tmp_path.iterdir()) == []


def test_a_web_film_is_vp9(moving: list[np.ndarray], tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.webm", form())
    writer.write(moving[0], 0)
    writer.finish()
    with av.open(str(tmp_path / "a.webm")) as result:
        assert result.streams.video[0].codec_context.name == "vp9"
        assert len(list(result.decode(video=0))) == 1


def test_unknown_formats_and_bad_places(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"did you mean '.mp4'"):
        format_of(tmp_path / "a.mp5")
    (tmp_path / "file").touch()
    with pytest.raises(PocketLensError, match="cannot be written"):
        Writer(tmp_path / "file" / "a.mp4", form())
