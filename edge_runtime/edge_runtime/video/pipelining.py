"""Steps that overlap: each in a thread of its own, bounded queues between, order kept."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias

from edge_runtime.video.channels import Channel

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from edge_runtime.video.stage_times import StageTimes

Step: TypeAlias = "Callable[[Any], Any]"
_END = object()


@dataclass(kw_only=True, eq=False)
class Line:
    """A source, named steps after it, and what takes the results at the end.

    ``depth``: how many items may wait before each step.  ``drops``: whether the source never
    waits, as a camera, and what is too late is left out before the first step; ``dropped``
    counts that.
    """

    source: Callable[[], Generator[Any, None, None]]
    steps: Sequence[tuple[str, Step]]
    sink: tuple[str, Step]
    depth: int = 3
    drops: bool = False
    dropped: int = field(default=0, init=False)


def run_line(line: Line, times: StageTimes) -> int:
    """Run until the source ends; returns how many items were dropped.

    The sink runs in the calling thread.  An error of the source or of a step is raised after
    the sink has had everything that came before it; an error of the sink at once.  However it
    ends, all threads have ended then.
    """
    channels: list[Channel[Any]] = [Channel(line.depth, drops=line.drops)]
    channels += [Channel(line.depth) for _ in line.steps]
    threads = [Thread(target=_feed, args=(line, channels[0], times), name="video-decode")]
    for number, (name, step) in enumerate(line.steps):
        ends = channels[number], channels[number + 1]
        timed = times.timed(name, step)
        threads.append(Thread(target=_work, args=(timed, *ends), name=f"video-{name}"))
    taken = times.timed(*line.sink)
    for thread in threads:
        thread.start()
    try:
        for item in channels[-1]:
            taken(item)
    finally:
        for channel in channels:
            channel.leave()
        for thread in threads:
            thread.join()
        line.dropped = channels[0].dropped
    return line.dropped


def _feed(line: Line, out: Channel[Any], times: StageTimes) -> None:
    """The source's thread: what is opened in there is closed in there too."""
    error = None
    try:
        with closing(line.source()) as items:
            following = times.timed("decode", lambda end: next(items, end))
            while (item := following(_END)) is not _END and out.put(item):
                pass
    except BaseException as raised:  # noqa: BLE001  the sink's thread raises it
        error = raised
    out.finish(error)


def _work(step: Step, given: Channel[Any], out: Channel[Any]) -> None:
    try:
        for item in given:
            if not out.put(step(item)):
                break
    except BaseException as error:  # noqa: BLE001  the sink's thread raises it
        out.finish(error)
    else:
        out.finish()
    finally:
        given.leave()
