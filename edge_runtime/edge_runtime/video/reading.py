"""A film or a camera, frame by frame, upright; the sound passes by as packets."""

from __future__ import annotations

import re
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any

import av
from av.stream import Disposition

from edge_runtime.errors import VideoError, VideoIncomplete
from edge_runtime.video.orientation import Turn, turn_of, turned_by
from edge_runtime.video.places import OPEN_SECONDS, READ_SECONDS
from edge_runtime.video.timeline import Timeline, start_of, step_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import numpy as np
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from edge_runtime.video.places import Place

_MATRIX = "DISPLAYMATRIX"
# PyAV 18 frees the name of a colour profile twice where side data was looked at: the process
# ends by a segmentation fault.  These decoders give profiles a name.
_NAMED_PROFILES = {"png", "apng"}
_LENGTH = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)")
_SLACK = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """A picture of a film: ``rgb`` uint8 [H, W, 3], upright; ``pts`` in the film's time base,
    the same in ``seconds``, and when it ``arrived`` by ``perf_counter``."""

    rgb: NDArray[np.uint8]
    pts: int
    seconds: float
    arrived: float


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a film that is made of this one has to keep: the upright size, times, the shape of
    a pixel, and how colours are written (FFmpeg's numbers)."""

    size_wh: tuple[int, int]
    time_base: Fraction
    rate: Fraction
    pixel_aspect: Fraction | None = None
    colours: tuple[int, int, int, int] = (2, 0, 2, 2)


class Reader:
    """An open film or camera; one thread at a time may use it.

    Raises ``VideoError`` where it cannot be opened, has no pictures, or not one of them can
    be decoded.
    """

    def __init__(self, place: Place, *, sound: bool = True) -> None:
        self.name, self.live = place.name, place.live
        self.damaged = self._read = 0
        self._end = 0.0
        self.packets: deque[tuple[int, Any]] = deque()
        """The sound's packets with their streams' numbers; whoever writes takes them."""
        self._container = _opened(place)
        try:
            self._video = _video_of(self._container, place.name)
            self.sound = tuple(self._container.streams.audio) if sound else ()
            # Whole frames in threads would keep a camera's pictures back, and lose a film's
            # last ones, without an error, after one that is damaged: as many as threads.
            self._video.thread_type = "SLICE"
            self._decoded = self._decode()
            self._first = self._look()
            self.turn = _turn(self._first, self._video.codec_context.name)
            self.form = _form(self._video, self._first, self.turn)
        except BaseException:
            self.close()
            raise
        self.expected = self._video.frames or _count(self._container, self._video)
        """How many frames the film says that it has; 0 where it does not."""
        self.start = start_of(self._container.start_time, Fraction(1, 1_000_000))
        self._line = self._timeline()

    def frames(self) -> Generator[Frame, None, None]:
        """Every frame, once.

        Raises ``VideoIncomplete`` after the last frame that could be read, where the film
        breaks off, its pictures change their size, or a camera or a stream goes away.
        """
        try:
            yield self._frame(self._first)
            self._first = None
            for decoded in self._decoded:
                yield self._frame(decoded)
        finally:
            self.close()

    def close(self) -> None:
        """Let the file or the camera go."""
        self._container.close()

    def _look(self) -> Any:
        """The first frame, by which sizes and colours are known."""
        try:
            return next(self._decoded)
        except StopIteration:
            raise VideoError(f"{self.name} has no pictures that can be decoded") from None
        except VideoIncomplete as error:
            raise VideoError(str(error)) from None

    def _timeline(self) -> Timeline:
        base, first = self.form.time_base, self._first.pts
        start = start_of(self._container.start_time, base)
        if self.live and first is not None:  # a camera's clock has run since it was started
            start = first
            self.start = round(first * base * 1_000_000)
        return Timeline(time_base=base, start=start, step=step_of(self.form.rate, base))

    def _frame(self, decoded: Any) -> Frame:
        size = (decoded.width, decoded.height)
        if self.turn.quarter:
            size = size[::-1]
        if size != self.form.size_wh:
            now, then = ("x".join(map(str, one)) for one in (size, self.form.size_wh))
            raise VideoIncomplete(
                f"{self.name}: its pictures change from {then} to {now}; the film ends there: "
                "cut it into one video a size"
            )
        pts = self._line.place(decoded.pts)
        pixels = decoded.to_ndarray(format="rgb24", threads=1)
        return Frame(
            rgb=self.turn.applied(pixels),
            pts=pts,
            seconds=self._line.seconds(pts),
            arrived=perf_counter(),
        )

    def _decode(self) -> Iterator[Any]:
        """Frames as they are stored; a packet that cannot be decoded is counted, or only with
        a part of its picture made up."""
        try:
            for packet in self._container.demux(self._video, *self.sound):
                if packet.stream_index != self._video.index:
                    if packet.dts is not None:
                        self.packets.append((packet.stream_index, packet))
                else:
                    self._note(packet)
                    yield from self._frames_of(packet)
        except av.FFmpegError as error:
            yield from self._frames_of(None)  # what the decoder still holds
            raise VideoIncomplete(f"{self.name} {self._gone} ({_reason(error)})") from None
        if self.live or self._is_short():  # a camera has no end
            raise VideoIncomplete(f"{self.name} {self._gone} after {self._read} packets")

    @property
    def _gone(self) -> str:
        return "went away" if self.live else "breaks off"

    def _is_short(self) -> bool:
        """Whether the index, or the length that Matroska notes, knows of more than came."""
        if self._read < len(self._video.index_entries):
            return True
        noted = _LENGTH.match(self._video.metadata.get("DURATION", ""))
        if noted is None:
            return False
        hours, minutes, seconds = map(float, noted.groups())
        return 3600 * hours + 60 * minutes + seconds > self._end + _SLACK

    def _note(self, packet: Any) -> None:
        """How many packets came, and until when they last."""
        if packet.size:
            self._read += 1
        if packet.pts is not None:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self._end = max(self._end, float(end))

    def _frames_of(self, packet: Any) -> list[Any]:
        try:
            frames = self._video.decode(packet)
        except av.EOFError:
            return []
        except av.FFmpegError:
            self.damaged += 1
            return []
        self.damaged += sum(frame.is_corrupt for frame in frames)
        return frames


def _opened(place: Place) -> InputContainer:
    timeout = (OPEN_SECONDS, READ_SECONDS) if place.live or place.remote else None
    with _explained(place.name):
        return av.open(
            place.address,
            "r",
            format=place.format,
            options=dict(place.options),
            timeout=timeout,
            metadata_errors="replace",
        )


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except av.EOFError:
        raise VideoError(f"{name} ends before its first picture") from None
    except av.InvalidDataError:
        raise VideoError(f"{name} is not a video that FFmpeg can read, or is damaged") from None
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoError(f"{name} cannot be opened ({_reason(error)})") from None


def _video_of(container: InputContainer, name: str) -> VideoStream:
    """The pictures, without the cover of a song."""
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    if not streams:
        what = "has sound but no pictures" if container.streams.audio else "has no pictures"
        raise VideoError(f"{name} {what}: name a video")
    return max(streams, key=lambda one: (bool(one.disposition & 1), one.width * one.height))


def _turn(frame: Any, codec: str) -> Turn:
    if codec in _NAMED_PROFILES:
        return turned_by(frame.rotation)
    try:
        held = frame.side_data.get(_MATRIX)
    except ValueError:  # PyAV reads none where FFmpeg has kinds that it does not know
        return turned_by(frame.rotation)
    return turn_of(None if held is None else bytes(held))


def _form(video: VideoStream, frame: Any, turn: Turn) -> Form:
    wide, high = frame.width, frame.height
    aspect = video.sample_aspect_ratio or None
    if turn.quarter:
        wide, high, aspect = high, wide, aspect and 1 / aspect
    rate = video.average_rate or video.guessed_rate or Fraction(30)
    return Form(
        size_wh=(wide, high),
        time_base=video.time_base or Fraction(1, 90_000),
        rate=rate,
        pixel_aspect=aspect,
        colours=(frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc),
    )


def _count(container: InputContainer, video: VideoStream) -> int:
    return round((container.duration or 0) / 1_000_000 * (video.average_rate or 0))


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
