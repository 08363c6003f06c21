"""How long one file runs over another: on one thread, in turns, the fastest run of each.

Other programs only ever make a run slower, so that of many runs the fastest says most
about the file; and what slows the machine down for longer falls on both.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.interpreter import Session

if TYPE_CHECKING:
    from pathlib import Path

FEWEST_ROUNDS, MOST_ROUNDS = 8, 60
SECONDS = 0.6  # for each file, unless the fewest rounds take longer


def fastest_ratio(path: Path, other: Path) -> float:
    """The time of the fastest run of a TFLite file over that of another."""
    sessions = _ready(path), _ready(other)
    fastest = [_timed(session) for session in sessions]
    rounds = int(SECONDS / max(fastest[0], 1e-6))
    for _ in range(min(MOST_ROUNDS, max(FEWEST_ROUNDS, rounds))):
        for i, session in enumerate(sessions):
            fastest[i] = min(fastest[i], _timed(session))
    return float(f"{fastest[0] / fastest[1]:.2g}")


def _ready(path: Path) -> Session:
    """A session on grey pictures and even vectors, that has run once."""
    session = Session(path)
    shapes = session.input_shapes
    session.run({name: np.full(shape, 0.5, np.float32) for name, shape in shapes.items()})
    return session


def _timed(session: Session) -> float:
    started = perf_counter()
    session.invoke()
    return perf_counter() - started
