"""The outlines of shapes: path data and ellipses as points."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from edge_runtime.errors import SpecError
from edge_runtime.filters.art import Ellipse, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edge_runtime.filters.art import AnyShape

    Points = NDArray[np.float64]

_TOKEN = re.compile(r"\s*,?\s*(?:([MLCQZ])|([-+]?(?:\d+\.?\d*|\.\d+)))")
_TAKES = {"M": 1, "L": 1, "Q": 2, "C": 3}
_FARTHEST = 1000
_STEPS = 20  # straight pieces of a curve
_ROUND = 64  # and of an ellipse


@dataclass(frozen=True, eq=False)
class Outline:
    """One line of points float64 [n, 2], which goes back to its first where it is closed."""

    points: Points
    closed: bool


@lru_cache(maxsize=1024)
def outlines(shape: AnyShape) -> tuple[Outline, ...]:
    """The outlines of a shape in its own coordinates; ``SpecError`` for wrong path data."""
    if isinstance(shape, Ellipse):
        return (_ellipse(shape),)
    return tuple(_Pen(shape).drawn())


def _ellipse(shape: Ellipse) -> Outline:
    around = np.linspace(0, 2 * math.pi, _ROUND, endpoint=False)
    along, across = shape.radii[0] * np.cos(around), shape.radii[1] * np.sin(around)
    cos, sin = math.cos(math.radians(shape.turn)), math.sin(math.radians(shape.turn))
    points = np.stack([along * cos - across * sin, along * sin + across * cos], axis=-1)
    return Outline(points + np.array(shape.centre), closed=True)


class _Pen:
    """Follows path data."""

    def __init__(self, shape: Path) -> None:
        self.data = shape.d
        self.points: list[tuple[float, float]] = []

    def drawn(self) -> Iterator[Outline]:
        for command, numbers in self._commands():
            if command == "M":
                yield from self._lifted(closed=False)
                self.points = [numbers[0]]
            elif not self.points:
                self._refuse("begin with M x,y")
            elif command == "Z":
                first = self.points[0]
                yield from self._lifted(closed=True)
                self.points = [first]
            elif command == "L":
                self.points.append(numbers[0])
            else:
                self._curve([self.points[-1], *numbers])
        yield from self._lifted(closed=False)

    def _lifted(self, *, closed: bool) -> Iterator[Outline]:
        if len(self.points) > 1:
            yield Outline(np.array(self.points), closed=closed)

    def _curve(self, controls: list[tuple[float, float]]) -> None:
        """A Bezier curve, by repeated halving of its control polygon (de Casteljau)."""
        t = (np.arange(1, _STEPS + 1) / _STEPS)[:, None]
        level = [np.array(point)[None] for point in controls]
        while len(level) > 1:
            level = [a + t * (b - a) for a, b in pairwise(level)]
        self.points += [(float(x), float(y)) for x, y in level[0]]

    def _commands(self) -> Iterator[tuple[str, list[tuple[float, float]]]]:
        """Each command with its points; one letter may be followed by several."""
        letter, waiting = "", list[float]()
        for name, number in self._tokens():
            if name:
                if waiting:
                    self._refuse(f"{letter or 'the start'} has a number too few or too many")
                letter = name
                if name == "Z":
                    yield name, []
                continue
            waiting.append(float(number))
            if letter not in _TAKES:
                self._refuse(f"the number {number} follows no command")
            if len(waiting) == 2 * _TAKES[letter]:
                yield letter, list(zip(waiting[::2], waiting[1::2], strict=True))
                waiting, letter = [], "L" if letter == "M" else letter
        if waiting:
            self._refuse(f"{letter} at the end has a number too few or too many")

    def _tokens(self) -> Iterator[tuple[str, str]]:
        at, end = 0, len(self.data.rstrip())
        while at < end:
            found = _TOKEN.match(self.data, at)
            if not found:
                self._refuse(f"{self.data[at : at + 10]!r} is none of M, L, C, Q, Z, number")
            if found[2] and abs(float(found[2])) > _FARTHEST:
                self._refuse(f"the number {found[2][:12]} is larger than {_FARTHEST}")
            yield found[1] or "", found[2] or ""
            at = found.end()

    def _refuse(self, why: str) -> NoReturn:
        raise SpecError(f"path data {self.data[:40]!r}: {why}")
