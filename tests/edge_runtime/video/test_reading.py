from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image, ImageCms

from edge_runtime.errors import VideoError, VideoIncomplete
from edge_runtime.video import reading
from edge_runtime.video.places import Place, place_of
from edge_runtime.video.reading import Reader


def frames_of(path: Path) -> tuple[Reader, list]:
    reader = Reader(place_of(str(path)))
    return reader, list(reader.frames())


def test_every_frame_comes_with_its_time(film: Path, moving: list[np.ndarray]) -> None:
    reader, frames = frames_of(film)
    assert len(frames) == reader.expected == len(moving)
    assert [round(frame.seconds * 30) for frame in frames] == list(range(len(moving)))
    assert all(frame.rgb.shape == (240, 320, 3) for frame in frames)
    for frame, pixels in zip(frames, moving, strict=True):
        assert np.abs(frame.rgb.astype(int) - pixels).mean() < 4  # what H.264 changes
    assert len(reader.packets) > 20
    assert reader.damaged == 0


@pytest.mark.parametrize(
    ("turn", "mirror", "turned"),
    [
        (90, False, np.rot90),
        (-90, False, lambda p: np.rot90(p, 3)),
        (180, False, lambda p: np.rot90(p, 2)),
        (0, True, lambda p: p[:, ::-1]),
        (90, True, lambda p: np.rot90(p)[:, ::-1]),
    ],
)
def test_a_film_that_was_held_sideways_is_upright(
    make_film: Callable[..., Path],
    moving: list[np.ndarray],
    tmp_path: Path,
    turn: int,
    mirror: bool,
    turned: Callable[[np.ndarray], np.ndarray],
) -> None:
    path = make_film(tmp_path / "a.mp4", moving[:3], turn=turn, mirror=mirror, tone=None)
    reader, frames = frames_of(path)
    wanted = turned(moving[0])
    assert reader.form.size_wh == (wanted.shape[1], wanted.shape[0])
    assert np.abs(frames[0].rgb.astype(int) - wanted).mean() < 4


def test_variable_rates_are_kept(
    make_film: Callable[..., Path], moving: list[np.ndarray], tmp_path: Path
) -> None:
    times = [0, 40, 45, 145, 150, 400]
    path = make_film(
        tmp_path / "a.mp4", moving[:6], times=times, time_base=Fraction(1, 1000), tone=None
    )
    _, frames = frames_of(path)
    assert [round(1000 * frame.seconds) for frame in frames] == times


def test_a_film_that_does_not_begin_at_zero_does(
    make_film: Callable[..., Path], moving: list[np.ndarray], tmp_path: Path
) -> None:
    """As a recording of a broadcast, sound and pictures alike."""
    path = make_film(tmp_path / "a.ts", moving[:6], options={"output_ts_offset": "5"})
    reader, frames = frames_of(path)
    assert frames[0].seconds < 0.1
    assert reader.start > 4_000_000
    _, packet = reader.packets[0]
    assert abs(float(packet.pts * packet.time_base) - reader.start / 1e6) < 0.1


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def song(path: Path, *, cover: bool) -> Path:
    with av.open(str(path), "w") as film:
        sound = film.add_stream("libmp3lame", rate=44100, layout="mono")
        if cover:
            picture = film.add_mux_stream("mjpeg", width=8, height=8)
            picture.disposition = 1 << 10
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4410), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 44100, 0
        if cover:
            encoded = io.BytesIO()
            Image.new("RGB", (8, 8)).save(encoded, "JPEG")
            packet = av.Packet(encoded.getvalue())
            packet.stream, packet.pts, packet.dts = picture, 0, 0
            film.mux(packet)
        film.mux([*sound.encode(frame), *sound.encode(None)])
    return path


def empty_film(path: Path) -> Path:
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        film.start_encoding()
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda d: write(d / "a.mp4", b""), "is not a video"),
        (lambda d: write(d / "a.mp4", bytes(range(256)) * 40), "is not a video"),
        (lambda d: song(d / "a.mp3", cover=False), "has sound but no pictures"),
        (lambda d: song(d / "a.mp3", cover=True), "has sound but no pictures"),
        (lambda d: empty_film(d / "a.mkv"), "ends before its first picture"),
        (lambda d: empty_film(d / "a.mp4"), "no pictures|is not a video"),
    ],
)
def test_what_has_no_pictures_is_said(
    tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    with pytest.raises(VideoError, match=said):
        Reader(place_of(str(make(tmp_path))))


def for_the_web(path: Path) -> Path:
    """The same film with its index before the pictures."""
    made = path.with_name("front.mp4")
    with (
        av.open(str(path)) as old,
        av.open(str(made), "w", container_options={"movflags": "faststart"}) as new,
    ):
        copied = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = copied
                new.mux(packet)
    return made


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_a_film_that_breaks_off_gives_what_there_is(
    make_film: Callable[..., Path], moving: list[np.ndarray], tmp_path: Path, kind: str
) -> None:
    whole = make_film(tmp_path / f"a.{kind}", moving, tone=None)
    content = (for_the_web(whole) if kind == "mp4" else whole).read_bytes()
    reader = Reader(
        place_of(str(write(tmp_path / f"cut.{kind}", content[: len(content) // 2])))
    )
    seen = []
    with pytest.raises(VideoIncomplete, match="breaks off"):
        for frame in reader.frames():
            seen.append(frame)  # noqa: PERF402  the error comes after them
    assert 5 < len(seen) < len(moving)


def test_pictures_that_change_their_size_end_the_film(
    make_film: Callable[..., Path], moving: list[np.ndarray], tmp_path: Path
) -> None:
    small = [frame[::2, ::2] for frame in moving[:5]]
    parts = [
        make_film(tmp_path / f"{number}.h264", part, tone=None, format="h264")
        for number, part in enumerate((moving[:8], small))
    ]
    both = write(tmp_path / "both.h264", b"".join(part.read_bytes() for part in parts))
    reader, seen = Reader(place_of(str(both))), []
    with pytest.raises(VideoIncomplete, match="from 320x240 to 160x120"):
        for frame in reader.frames():
            seen.append(frame.rgb.shape)  # noqa: PERF401  the error comes after them
    assert seen == [(240, 320, 3)] * 8


def test_packets_that_cannot_be_decoded_are_counted(damaged_film: Path) -> None:
    reader = Reader(place_of(str(damaged_film)))
    frames = list(reader.frames())
    assert reader.damaged >= 1
    assert len(frames) >= 6


@pytest.fixture
def sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder uses them all."""
    usual = reading._opened

    def opened(place: Place) -> Any:
        container = usual(place)
        container.streams.video[0].codec_context.thread_count = 16
        return container

    monkeypatch.setattr(reading, "_opened", opened)


@pytest.mark.usefixtures("sixteen_cores")
def test_many_cores_lose_no_frame_but_the_damaged_one(damaged_film: Path) -> None:
    reader = Reader(place_of(str(damaged_film)))
    assert len(list(reader.frames())) >= 11
    assert reader.damaged == 1


def test_a_photo_with_exif_is_a_film_of_one_upright_frame(
    samples: Path, tmp_path: Path
) -> None:
    """As the JPEG frames of a camera are; PyAV has no name for what is beside them."""
    with Image.open(samples / "obama.jpg") as opened:
        photo = opened.convert("RGB").resize((180, 224))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    path = tmp_path / "a.jpg"
    photo.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=95)
    _, (frame,) = frames_of(path)
    assert np.abs(frame.rgb.astype(int) - np.asarray(photo)).mean() < 4


READ = """
import gc, sys
from edge_runtime.video.places import place_of
from edge_runtime.video.reading import Reader
print(len(list(Reader(place_of(sys.argv[1])).frames())))
gc.collect()
"""


@pytest.mark.parametrize("name", ["a.png", "a.apng"])
def test_pictures_whose_colour_profile_has_a_name_do_not_end_the_process(
    name: str, tmp_path: Path
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pictures = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green")]
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    more = {"save_all": True, "append_images": pictures[1:]} if name == "a.apng" else {}
    path = tmp_path / name
    pictures[0].save(path, format="PNG", icc_profile=profile, exif=exif, **more)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "2\n" if more else "1\n"), done.stderr
