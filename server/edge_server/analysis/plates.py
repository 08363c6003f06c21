"""Where the plates of text go on a picture, so that they hide each other and faces least."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from edge_server.analysis.marks import area, shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edge_server.analysis.marks import Box

Size: TypeAlias = tuple[int, int]

# What a square pixel costs that is hidden: of a plate, of the inside of a box.
_PLATE, _INSIDE = 8.0, 1.0
# A plate that would share so much with another plate, or with what is to be spared, of the
# smaller of both, is left out.
_MOST_OF_PLATES, _MOST_OF_SPARED = 0.2, 0.05


@dataclass
class Room:
    """A picture of ``size_wh``, what its plates should not hide, and those that are there."""

    size_wh: Size
    boxes: Sequence[Box]
    taken: list[Box] = field(default_factory=list)

    def beside(self, box: Box, plate_wh: Size, spare: Sequence[Box] = ()) -> Box | None:
        """A place at a box for a plate of that size; None where it would hide another plate,
        or one of the boxes to ``spare``.
        """
        return self._best(self._around(box, plate_wh), spare)

    def corner(self, plate_wh: Size, margin: int) -> Box | None:
        """A place in a corner of the picture."""
        (width, height), (wide, high) = self.size_wh, plate_wh
        left, right = margin, width - margin - wide
        top, bottom = margin, height - margin - high
        spots = ((left, bottom), (right, bottom), (left, top), (right, top))
        return self._best((self._moved_in(x, y, plate_wh) for x, y in spots), ())

    def _around(self, box: Box, plate_wh: Size) -> Iterator[Box]:
        """Above, below, then inside; each at the left edge, at the right one, between."""
        (left, top, right, bottom), (wide, high) = box, plate_wh
        for y in (top - high, bottom, top, bottom - high):
            for x in (left, right - wide, (left + right - wide) / 2):
                yield self._moved_in(x, y, plate_wh)

    def _moved_in(self, x: float, y: float, plate_wh: Size) -> Box:
        (width, height), (wide, high) = self.size_wh, plate_wh
        x, y = max(0.0, min(x, width - wide)), max(0.0, min(y, height - high))
        return x, y, x + wide, y + high

    def _best(self, places: Iterator[Box], spare: Sequence[Box]) -> Box | None:
        best = min(places, key=self._cost)
        if any(_hidden(best, other) > _MOST_OF_PLATES for other in self.taken):
            return None
        if any(_hidden(best, other) > _MOST_OF_SPARED for other in spare):
            return None
        self.taken.append(best)
        return best

    def _cost(self, place: Box) -> float:
        plates = sum(shared(place, other) for other in self.taken)
        inside = sum(shared(place, box) for box in self.boxes)
        return _PLATE * plates + _INSIDE * inside


def _hidden(place: Box, other: Box) -> float:
    """The area that both share, as a share of the smaller one."""
    smaller = min(area(place), area(other))
    return shared(place, other) / smaller if smaller > 0 else 0.0
