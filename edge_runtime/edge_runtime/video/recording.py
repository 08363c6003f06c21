"""A film or a camera through a task into a film: the whole line, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from edge_runtime.errors import PocketLensError, VideoError
from edge_runtime.video.pipelining import Line, run_line
from edge_runtime.video.stage_times import StageTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from threading import Event

    from edge_runtime.video.painters import Paint
    from edge_runtime.video.reading import Frame, Reader
    from edge_runtime.video.watching import Sight, Watcher
    from edge_runtime.video.writing import Writer

_LIVE_DEPTH, _FILE_DEPTH = 1, 3


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a recording ended.  ``dropped``: frames of a camera that came while all were busy.
    ``damaged``: packets that could not be decoded, or not wholly.  ``fps``: frames a second
    of wall time.  ``ms``: a frame in each stage, which overlap.  ``latency_ms``: from a
    camera's frame to its place in the film, median and most; none for a file, which waits.
    ``problem``: why the film is not whole, or none.
    """

    frames: int
    dropped: int
    damaged: int
    sound_packets: int
    fps: float
    ms: dict[str, float]
    latency_ms: tuple[float, float] | None
    stopped: bool
    problem: str | None = None


@dataclass(kw_only=True, eq=False)
class Recording:
    """One reader, what looks and paints, one writer.

    ``seconds``: stop there.  ``stop`` ends the film early when it is set; ``seen`` is told of
    every frame that was written.
    """

    reader: Reader
    watcher: Watcher
    paint: Paint
    writer: Writer
    stop: Event
    seconds: float | None = None
    seen: Callable[[int], None] = lambda _: None
    _delays: list[float] = field(default_factory=list, init=False)

    def run(self) -> Ending:
        """Work until the film ends, breaks off, or is stopped; what was painted until then
        is a playable film in each case.  Raises ``PocketLensError`` where nothing could be
        kept, after which nothing is left behind.
        """
        times, started = StageTimes(), perf_counter()
        live = self.reader.live
        line = Line(
            source=self._frames,
            steps=(("infer", self._infer), ("draw", self._draw)),
            sink=("encode", self._encode),
            depth=_LIVE_DEPTH if live else _FILE_DEPTH,
            drops=live,
        )
        try:
            dropped, problem = self._carried_out(line, times)
            self._flush_sound()
            self._finish(problem)
        except BaseException:
            self.writer.discard()
            raise
        damaged = self.reader.damaged
        if damaged and not live and problem is None:
            missing = f"{damaged} of its packets are missing, wholly or in part"
            problem = f"{self.reader.name} is damaged: {missing}"
        return Ending(
            frames=self.writer.frames,
            dropped=dropped,
            damaged=damaged,
            sound_packets=self.writer.sound_packets,
            fps=round(self.writer.frames / (perf_counter() - started), 2),
            ms=times.mean_ms(),
            latency_ms=self._latency() if live else None,
            stopped=self.stop.is_set(),
            problem=problem,
        )

    def _finish(self, problem: str | None) -> None:
        if not self.writer.frames:
            raise VideoError(problem or f"{self.reader.name} was stopped before a frame")
        self.writer.finish()

    def _carried_out(self, line: Line, times: StageTimes) -> tuple[int, str | None]:
        """Frames dropped, and what went wrong; a film that cannot be written is raised."""
        try:
            return run_line(line, times), None
        except PocketLensError as error:
            if self.writer.failed or not self.writer.frames:
                raise
            return line.dropped, str(error)

    def _frames(self) -> Generator[Frame, None, None]:
        try:
            for frame in self.reader.frames():
                if self.stop.is_set() or (self.seconds and frame.seconds >= self.seconds):
                    return
                yield frame
        finally:
            self.reader.close()

    def _infer(self, frame: Frame) -> tuple[Frame, Sight]:
        return frame, self.watcher.look(frame.rgb, frame.seconds)

    def _draw(self, looked: tuple[Frame, Sight]) -> tuple[Frame, Any]:
        frame, sight = looked
        return frame, self.paint(frame.rgb, sight, frame.seconds)

    def _encode(self, drawn: tuple[Frame, Any]) -> None:
        frame, pixels = drawn
        self._flush_sound()
        self.writer.write(pixels, frame.pts)
        self._delays.append(perf_counter() - frame.arrived)
        self.seen(self.writer.frames)

    def _flush_sound(self) -> None:
        """The sound is muxed where the film is, by the thread that writes it."""
        packets = self.reader.packets
        while packets:
            self.writer.write_sound(*packets.popleft(), self.reader.start)

    def _latency(self) -> tuple[float, float]:
        delays = self._delays or [0.0]
        return round(1000 * median(delays), 1), round(1000 * max(delays), 1)
