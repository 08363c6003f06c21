"""``edge-run bench --video``: frames a second of each task, and where the time goes.

The frames are 640x480, in memory, and move; decoding and encoding are measured apart.  One
after the other says what a frame costs, CPU time says so also on a busy machine; the
pipeline says how many frames a second come out where the steps overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import cv2
import msgspec
import numpy as np

from edge_runtime.images import open_photo
from edge_runtime.pipeline import Lens
from edge_runtime.predictor import Runtime
from edge_runtime.terminal import answer, progress
from edge_runtime.testcard import draw_portrait
from edge_runtime.video.painters import Wish, painter
from edge_runtime.video.pipelining import Line, run_line
from edge_runtime.video.stage_times import StageTimes
from edge_runtime.video.watching import Watcher

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

SIZE_WH = (640, 480)
_RATE = 30
_WARM = 5
_WISHES = {
    "background": Wish(background="sunset,gradient"),
    "background blur": Wish(background="blur"),
    "filter bunny": Wish(task="filter", preset="bunny"),
    "filter mood": Wish(task="filter", preset="mood"),
    "filter party": Wish(task="filter", preset="party"),
    "faces": Wish(task="faces"),
    "landmarks": Wish(task="landmarks"),
    "smile": Wish(task="smile"),
    "segment": Wish(task="segment"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One task: medians in milliseconds a frame, one step after the other (``infer_ms``,
    ``draw_ms``), their CPU time, and the same in a pipeline whose steps overlap."""

    task: str
    threads: int
    infer_ms: float
    draw_ms: float
    fps: float
    cpu_ms: float
    pipeline_fps: float


def run_video_bench(args: Namespace) -> int:
    """Measure every task and print a line for each; returns the exit status."""
    frames = moving(args.photo, args.rounds + _WARM)
    if not args.json:
        answer(heading())
    for threads in args.threads:
        for name, wish in _WISHES.items():
            progress(f"{name}, {threads} threads")
            row = measure(name, wish, Lens(args.bundle, Runtime(threads=threads)), frames)
            answer(msgspec.json.encode(row).decode() if args.json else line(row))
    return 0


def moving(path: Path | None, count: int) -> list[Pixels]:
    """Frames of a photo, or a drawn portrait, under a camera that is not quite still."""
    width, height = SIZE_WH
    rgb = draw_portrait(width, height) if path is None else open_photo(path).rgb
    scale = max(width / rgb.shape[1], height / rgb.shape[0]) * 1.05
    frames = []
    for number in range(count):
        x, y = (0.5 + 0.02 * np.sin(number / pace) for pace in (9, 7))
        move = np.array(
            [
                [scale, 0, width / 2 - scale * rgb.shape[1] * x],
                [0, scale, height / 2 - scale * rgb.shape[0] * y],
            ]
        )
        frame = cv2.warpAffine(rgb, move, SIZE_WH, borderMode=cv2.BORDER_REPLICATE)
        frames.append(np.asarray(frame, np.uint8))
    return frames


def measure(name: str, wish: Wish, lens: Lens, frames: Sequence[Pixels]) -> Row:
    """One task on frames in memory; the first five do not count."""
    wanted, paint = painter(wish, SIZE_WH)
    watcher = Watcher(lens, wanted, SIZE_WH)
    looks, draws, works = [], [], []
    for number, rgb in enumerate(frames):
        cpu, started = process_time(), perf_counter()
        sight = watcher.look(rgb, number / _RATE)
        looked = perf_counter()
        paint(rgb, sight, number / _RATE)
        done = perf_counter()
        looks.append(1000 * (looked - started))
        draws.append(1000 * (done - looked))
        works.append(1000 * (process_time() - cpu))
    infer, draw = median(looks[_WARM:]), median(draws[_WARM:])
    return Row(
        task=name,
        threads=lens.runtime.threads,
        infer_ms=round(infer, 3),
        draw_ms=round(draw, 3),
        fps=round(1000 / (infer + draw), 1),
        cpu_ms=round(median(works[_WARM:]), 3),
        pipeline_fps=round(_overlapped(watcher, wish, frames), 1),
    )


def _overlapped(watcher: Watcher, wish: Wish, frames: Sequence[Pixels]) -> float:
    """Frames a second where looking and painting have a thread each."""
    _, paint = painter(wish, SIZE_WH)
    steps = (
        ("infer", lambda one: (one[1], watcher.look(one[1], one[0] / _RATE), one[0] / _RATE)),
        ("draw", lambda seen: paint(*seen)),
    )
    count = len(frames)
    line = Line(
        source=lambda: (pair for pair in enumerate(frames, start=count)),
        steps=steps,
        sink=("taken", lambda _: None),
    )
    started = perf_counter()
    run_line(line, StageTimes())
    return count / (perf_counter() - started)


def heading() -> str:
    """The first line of the table that :func:`line` continues."""
    names = ("infer ms", "draw ms", "frames/s", "CPU ms", "pipeline/s")
    return f"{'task, 640x480':<24}{'threads':>8}" + "".join(f"{name:>12}" for name in names)


def line(row: Row) -> str:
    """A row of the table."""
    numbers = (row.infer_ms, row.draw_ms, row.fps, row.cpu_ms, row.pipeline_fps)
    return f"{row.task:<24}{row.threads:>8}" + "".join(f"{value:>12.2f}" for value in numbers)
