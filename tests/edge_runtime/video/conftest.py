"""Films made of the sample photos: crops that move, a tone beside them, any orientation."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.images import open_photo

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
RATE = 30


@dataclass(frozen=True)
class View:
    """Where a crop of a photo lies: its centre in shares of the photo, how many of its pixels
    are one of the frame's, and how far it is turned."""

    x: float
    y: float
    scale: float
    angle: float = 0.0

    def matrix(self, photo: np.ndarray, size_wh: tuple[int, int]) -> np.ndarray:
        """float64 [2, 3]: from the frame's pixels to the photo's."""
        cos, sin = self.scale * math.cos(self.angle), self.scale * math.sin(self.angle)
        x, y = self.x * photo.shape[1], self.y * photo.shape[0]
        width, height = size_wh
        return np.array(
            [
                [cos, -sin, x - cos * width / 2 + sin * height / 2],
                [sin, cos, y - sin * width / 2 - cos * height / 2],
            ]
        )


@cache
def photo(name: str) -> np.ndarray:
    return open_photo(SAMPLES / name).rgb


def crop(name: str, view: View, size_wh: tuple[int, int] = (320, 240)) -> np.ndarray:
    """A crop of a sample photo, uint8 [h, w, 3]."""
    pixels = photo(name)
    halved = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    matrix = view.matrix(pixels, size_wh) / 2
    return cv2.warpAffine(
        halved,
        matrix,
        size_wh,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def portrait(number: int, reach: float = 0.04) -> View:
    """A face that moves, grows and turns: the view of each frame."""
    return View(
        x=0.5 + reach * math.sin(number / 7),
        y=0.36 + reach / 2 * math.sin(number / 5),
        scale=2.8 * (1 + reach * math.sin(number / 9)),
        angle=3 * reach * math.sin(number / 8),
    )


def noisy(frame: np.ndarray, seed: int, sigma: float = 8.0) -> np.ndarray:
    """The frame with a sensor's noise."""
    noise = np.random.default_rng(seed).normal(0, sigma, frame.shape)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


def write_film(
    path: Path,
    frames: Sequence[np.ndarray],
    *,
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, RATE),
    tone: str | None = "aac",
    **video: Any,
) -> Path:
    """A film of frames uint8 [h, w, 3], at these times, with a tone as long as it is.

    ``video``: ``codec``, ``turn`` (degrees, counter-clockwise), ``mirror``, ``format``,
    ``options``, ``slices`` (of each frame; else as many as the machine has cores).
    """
    times = times or range(len(frames))
    kind, options = video.get("format"), video.get("options", {})
    with av.open(str(path), "w", format=kind, container_options=options) as film:
        stream = film.add_stream(video.get("codec", "libx264"), rate=RATE)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = time_base
        if stream.codec_context.name == "libx264":
            stream.options = {"crf": "12", "preset": "ultrafast", "tune": "zerolatency"}
            if "slices" in video:
                stream.options |= {"threads": "1", "slices": str(video["slices"])}
        if video.get("turn") or video.get("mirror"):
            stream.set_display_rotation(video.get("turn", 0), video.get("mirror", False))
        sound = film.add_stream(tone, rate=44100, layout="mono") if tone else None
        if sound:  # first, so that the muxer can put it between the pictures
            film.mux([*sound.encode(_tone(float(times[-1] * time_base))), *sound.encode(None)])
        for pixels, time in zip(frames, times, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")
            frame.pts, frame.time_base = time, time_base
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


def _tone(seconds: float) -> av.AudioFrame:
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * 44100)) / 44100)
    frame = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None], "fltp", "mono")
    frame.sample_rate, frame.pts = 44100, 0
    return frame


@dataclass(frozen=True)
class Film:
    """What a film holds: frames, their seconds, and the bytes of the sound's packets."""

    frames: list[np.ndarray]
    seconds: list[float]
    sound: list[bytes]
    size_wh: tuple[int, int]


def read_film(path: Path) -> Film:
    """A film as PyAV reads it, without our code."""
    with av.open(str(path)) as film:
        decoded = list(film.decode(video=0))
        frames = [frame.to_ndarray(format="rgb24") for frame in decoded]
        seconds = [frame.time for frame in decoded]
        size = (decoded[0].width, decoded[0].height)
    with av.open(str(path)) as film:
        packets = film.demux(audio=0) if film.streams.audio else []
        sound = [bytes(packet) for packet in packets if packet.dts is not None]
    return Film(frames, seconds, sound, size)


@pytest.fixture(scope="session")
def lens() -> Lens:
    """The models of the checkout."""
    return Lens()


@pytest.fixture(scope="session")
def moving() -> list[np.ndarray]:
    """24 frames of a face that moves, 320x240."""
    return [crop("obama.jpg", portrait(number)) for number in range(24)]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory, moving: list[np.ndarray]) -> Path:
    """Those frames with a tone, as an MP4 file."""
    return write_film(tmp_path_factory.mktemp("films") / "moving.mp4", moving)


@pytest.fixture(params=[1, 2], ids=["one slice", "two slices"])
def damaged_film(
    request: pytest.FixtureRequest, moving: list[np.ndarray], tmp_path: Path
) -> Path:
    """Twelve frames, of which one is zeros; by its slices the decoder makes that one up, or
    gives none."""
    path = write_film(tmp_path / "whole.mkv", moving[:12], tone=None, slices=request.param)
    content = bytearray(path.read_bytes())
    with av.open(str(path)) as film:
        packets = [packet for packet in film.demux(video=0) if packet.pos and packet.size]
        position, size = packets[5].pos, packets[5].size
    content[position + 40 : position + size - 4] = bytes(size - 44)
    damaged = tmp_path / "damaged.mkv"
    damaged.write_bytes(content)
    return damaged


@pytest.fixture(scope="session")
def make_film() -> Callable[..., Path]:
    return write_film


@pytest.fixture(scope="session")
def read() -> Callable[[Path], Film]:
    return read_film


@pytest.fixture(scope="session")
def cropped() -> Callable[..., np.ndarray]:
    """``cropped(photo, view, size_wh)``."""
    return crop


@pytest.fixture(scope="session")
def view() -> type[View]:
    return View


@pytest.fixture(scope="session")
def portrait_view() -> Callable[..., View]:
    return portrait


@pytest.fixture(scope="session")
def with_noise() -> Callable[..., np.ndarray]:
    return noisy


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """Whatever happens, every thread of a pipeline ends."""
    yield
    alive = [one.name for one in threading.enumerate() if one.name.startswith("video-")]
    assert alive == []
