"""Frames of a film against MediaPipe's own Python solutions, in turns, in one run.

    python edge_runtime/bench/against_mediapipe.py .venv-mediapipe/bin/python

The same frames of 640x480, in memory; drawing of the background is counted, decoding and
encoding are not.  Machines are noisy: read the ratio, and run nothing else meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime import Lens
from edge_runtime.images import Photo
from edge_runtime.predictor import Runtime
from edge_runtime.video.benchmark import SIZE_WH, moving
from edge_runtime.video.painters import Wish, painter
from edge_runtime.video.watching import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable

THEIRS = Path(__file__).with_name("mediapipe_frames.py")
PHOTO = Path(__file__).parents[2] / "calibration" / "data" / "samples" / "astronaut.png"
TASKS = {
    "background": Wish(background="#1e5aa0"),
    "faces": None,  # each frame anew, as theirs are
    "landmarks": Wish(task="landmarks"),
}
WARM = 10
RATE = 30


def main() -> int:
    """Every task in turns, and a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("python", type=Path, help="one that has mediapipe 0.10.21")
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    frames = moving(PHOTO, options.frames + WARM)
    with TemporaryDirectory() as folder:
        np.save(Path(folder) / "frames.npy", np.stack(frames))
        command = [str(options.python), str(THEIRS), str(Path(folder) / "frames.npy")]
        process = subprocess.Popen(  # noqa: S603  the Python that was named
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            for name, wish in TASKS.items():
                print(line(name, compared(name, wish, process, options, frames)))
        finally:
            process.communicate()
    return 0


def compared(
    name: str, wish: Wish | None, process: Any, options: argparse.Namespace, frames: list[Any]
) -> tuple[float, float]:
    """Median milliseconds a frame, ours and theirs."""
    ask = ours(wish, options.threads)
    own: list[float] = []
    other: list[float] = []
    for _ in range(options.turns):
        own += timed(ask, frames)[WARM:]
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        other += json.loads(process.stdout.readline())[WARM:]
    return median(own), median(other)


def ours(wish: Wish | None, threads: int) -> Callable[[Any], Any]:
    """A frame looked at and, where the task paints a background, painted; the film goes on
    from one turn to the next.  Without a wish its faces are detected."""
    lens = Lens(runtime=Runtime(threads=threads))
    if wish is None:
        return lambda rgb: lens.faces(Photo(rgb))
    wanted, paint = painter(wish, SIZE_WH)
    watcher = Watcher(lens, wanted, SIZE_WH)
    frames = count()

    def ask(rgb: Any) -> Any:
        seconds = next(frames) / RATE
        sight = watcher.look(rgb, seconds)
        return paint(rgb, sight, seconds) if wish.background else sight

    return ask


def timed(ask: Callable[[Any], Any], frames: list[Any]) -> list[float]:
    """Milliseconds of each frame."""
    spent = []
    for rgb in frames:
        started = perf_counter()
        ask(rgb)
        spent.append(1000 * (perf_counter() - started))
    return spent


def line(name: str, both: tuple[float, float]) -> str:
    """What a person reads."""
    own, other = both
    return (
        f"{name:<12} {own:6.2f} ms ({1000 / own:5.0f} frames/s), MediaPipe {other:6.2f} ms: "
        f"{other / own:.2f} times as fast"
    )


if __name__ == "__main__":
    sys.exit(main())
