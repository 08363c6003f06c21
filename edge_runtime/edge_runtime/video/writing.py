"""Frames to a film, the sound beside them as it was: under its name once it is whole."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np

from edge_runtime.errors import PocketLensError, UnknownName, VideoError
from edge_runtime.outputs import beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_runtime.video.reading import Form

_FORMATS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "webm",
}
# The first that this FFmpeg was built with; MPEG-4 part 2 is always there.
_H264 = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf", "mpeg4")
_ENCODERS = {"webm": ("libvpx-vp9", "libvpx")}
_OPTIONS = {
    "libx264": {"preset": "veryfast", "crf": "20"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "30", "row-mt": "1"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "10"},
}
_LIVE = {"libx264": {"preset": "superfast", "tune": "zerolatency"}}
_BITS_A_PIXEL = 4  # a second, for encoders that know no constant quality


def format_of(path: Path) -> str:
    """FFmpeg's name of the format that the path's suffix means, else ``UnknownName``."""
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise UnknownName(f"video format of {path.name}", suffix, _FORMATS)
    return _FORMATS[suffix]


class Writer:
    """A film on its way; one thread at a time may use it.

    What is written stands beside ``path`` until :meth:`finish` renames it, so that a process
    that is killed leaves nothing under the name.  ``live`` gives up quality for little delay.
    Raises ``VideoError`` where the sound cannot be kept in that format, ``PocketLensError``
    where nothing can be written there.
    """

    def __init__(
        self, path: Path, form: Form, sound: Iterable[Any] = (), *, live: bool = False
    ) -> None:
        self.path, self.form = path, form
        self.frames = self.sound_packets = 0
        self.failed = False
        self._unfinished = beside(path)
        kind = format_of(path)
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(str(self._unfinished), "w", format=kind)
        try:
            self._video = self._add_video(kind, live=live)
            self._sound = {one.index: self._add_sound(one) for one in sound}
        except BaseException:
            self.discard()
            raise
        self._last_dts: dict[int, int] = {}

    def write(self, rgb: NDArray[np.uint8], pts: int) -> None:
        """Add a picture uint8 [H, W, 3] or grey [H, W] at a time in the form's time base."""
        with self._explained():
            self._container.mux(self._video.encode(self._frame(rgb, pts)))
        self.frames += 1

    def write_sound(self, index: int, packet: Any, start: int) -> None:
        """Add a packet of stream ``index`` of the film that was read, whose time begins at
        ``start`` microseconds; one whose time does not come after the last is left out."""
        shift = round(start / (packet.time_base * 1_000_000))
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts -= shift
        if packet.dts <= self._last_dts.get(index, packet.dts - 1):
            return
        self._last_dts[index] = packet.dts
        packet.stream = self._sound[index]
        with self._explained():
            self._container.mux(packet)
        self.sound_packets += 1

    def finish(self) -> None:
        """Write what is still held back, and give the film its name."""
        with self._explained():
            self._container.mux(self._video.encode(None))
            self._container.close()
            self._unfinished.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        with suppress(av.FFmpegError, OSError, ValueError):
            self._container.close()
        with suppress(OSError):
            self._unfinished.unlink()

    def _add_video(self, kind: str, *, live: bool) -> Any:
        name = next(one for one in _ENCODERS.get(kind, _H264) if _is_there(one))
        options = _OPTIONS.get(name, {}) | (_LIVE.get(name, {}) if live else {})
        stream: Any = self._container.add_stream(name, rate=self.form.rate, options=options)
        width, height = (side + side % 2 for side in self.form.size_wh)  # chroma is halved
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.time_base = stream.time_base = self.form.time_base
        if name not in _OPTIONS:
            context.bit_rate = width * height * _BITS_A_PIXEL
        if self.form.pixel_aspect:
            context.sample_aspect_ratio = self.form.pixel_aspect
        colours = self.form.colours
        context.colorspace, context.color_range = colours[0], colours[1]
        context.color_primaries, context.color_trc = colours[2], colours[3]
        return stream

    def _add_sound(self, stream: Any) -> Any:
        try:
            added = self._container.add_stream_from_template(stream)
        except ValueError:
            what = getattr(stream.codec_context, "name", "of an unknown kind")
            raise VideoError(
                f"{self.path.name} cannot hold this film's sound ({what}): name a .mkv, or "
                "leave the sound out with --no-audio"
            ) from None
        added.metadata.update(stream.metadata)
        return added

    def _frame(self, pixels: NDArray[np.uint8], pts: int) -> Any:
        height, width = pixels.shape[:2]
        if width % 2 or height % 2:
            pixels = _evened(pixels)
        kind = "rgb24" if pixels.ndim == 3 else "gray8"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), kind)
        space, span = self.form.colours[:2]
        frame = frame.reformat(
            format="yuv420p",
            dst_colorspace=None if space == 2 else space,
            dst_color_range=span or None,
            threads=1,
        )
        frame.pts, frame.time_base = pts, self.form.time_base
        return frame

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (av.FFmpegError, OSError, ValueError) as error:
            self.failed = True
            reason = getattr(error, "strerror", None) or str(error)
            raise PocketLensError(
                f"{self.path} cannot be written: {reason}; choose another place with -o"
            ) from None


def _is_there(name: str) -> bool:
    return name in av.codecs_available and _writes(name)


def _writes(name: str) -> bool:
    try:
        av.Codec(name, "w")
    except (av.FFmpegError, ValueError):
        return False
    return True


def _evened(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Even sides, for which the last column or row is repeated."""
    height, width = pixels.shape[:2]
    made = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)
