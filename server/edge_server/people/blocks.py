"""Faces in blocks, each of which is grouped by itself."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_server.people.rules import linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from edge_server.people.faces import FaceSet
    from edge_server.people.rules import Rule

    Places = NDArray[np.intp]

_AT_ONCE = 512  # faces


@dataclass(frozen=True, eq=False)
class Block:
    """Faces by their places, in order.  ``number``: the later a block is made, the larger."""

    number: int
    places: Places


class Blocks:
    """Each face is in one block, and faces that a rule binds are in the same one.

    A block waits until it was compared with every other one.  Two blocks were compared if
    one of them was, after the other was made.
    """

    def __init__(self, faces: FaceSet, labels: Places, rules: Sequence[Rule]) -> None:
        """Blocks of the faces with the same of ``labels`` int [N], and of those bound."""
        self.of_face = np.zeros(len(faces.ids), np.intp)
        self._faces = faces
        self._here: dict[int, Block] = {}
        self._compared: list[int] = []  # by number: how many blocks there had been
        self._queue: list[tuple[int, int]] = []
        self._done: set[int] = set()
        bound = _bound(faces, labels, rules)
        order = np.argsort(bound, kind="stable")
        for places in np.split(order, np.nonzero(np.diff(bound[order]))[0] + 1):
            if len(places):
                self._add(places)

    def wait_all(self) -> None:
        """All of them wait."""
        for block in self._here.values():
            self._wait(block)

    def wait(self, ids: Iterable[str]) -> None:
        """Those with any of these faces wait; the others were compared with each other."""
        places = self._faces.places
        numbers = {int(self.of_face[places[id_]]) for id_ in ids if id_ in places}
        for number in sorted(numbers):
            self._wait(self._here[number])

    def waiting(self) -> list[Block]:
        """Some of those that wait, the largest first; none when all is done."""
        found: list[Block] = []
        count = 0
        while self._queue and count < _AT_ONCE:
            block = self._here.get(heapq.heappop(self._queue)[1])
            if block is not None:
                found.append(block)
                count += len(block.places)
        return found

    def is_here(self, block: Block) -> bool:
        """Whether it was not joined with others."""
        return block.number in self._here

    def count(self) -> int:
        """How many there have been until now."""
        return len(self._compared)

    def unlike(self, some: Sequence[Block]) -> Places:
        """The faces of the blocks that these were not all compared with, and their own."""
        latest = max(block.number for block in some)
        return np.nonzero(np.array(self._compared)[self.of_face] <= latest)[0]

    def compared(self, block: Block, count: int) -> None:
        """It was compared with the first ``count`` blocks, of those that are here."""
        self._compared[block.number] = count
        self._done.add(block.number)

    def others(self, block: Block, places: Places) -> list[Block]:
        """The other blocks that these faces are in."""
        numbers = np.unique(self.of_face[places]).tolist()
        return [self._here[number] for number in numbers if number != block.number]

    def join(self, some: Sequence[Block]) -> None:
        """Make these one, which waits."""
        for block in some:
            del self._here[block.number]
            self._done.discard(block.number)
        self._wait(self._add(np.sort(np.concatenate([block.places for block in some]))))

    def done(self) -> list[Block]:
        """Those that waited and were compared."""
        return [self._here[number] for number in sorted(self._done)]

    def _add(self, places: Places) -> Block:
        block = Block(len(self._compared), places)
        self._compared.append(0)
        self._here[block.number] = block
        self.of_face[places] = block.number
        return block

    def _wait(self, block: Block) -> None:
        heapq.heappush(self._queue, (-len(block.places), block.number))


def _bound(faces: FaceSet, labels: Places, rules: Sequence[Rule]) -> Places:
    """The labels, the same one for faces that a rule puts beside each other."""
    found = labels.copy()
    for one, others in linked(rules, faces.places).items():
        for other in others:
            label, gone = found[faces.places[one]], found[faces.places[other]]
            if label != gone:
                found[found == gone] = label
    return found
