"""Whether groups of two blocks could have become one while each block grew by itself.

They could where, at some height, both were there and their mean distance was not more than
the heights at which they became others.  A group that does so has a mean distance to one face
of the other block that is not more either; this is looked at first, with numbers of 32 bits
and as much more as these may be off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_server.people.linkage import Lives, Tree, grown
from edge_server.people.spans import LIMIT_SPAN, rough_spans, roughness, spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edge_server.people.blocks import Block, Blocks
    from edge_server.people.faces import FaceSet
    from edge_server.people.rules import Rule

    Places = NDArray[np.intp]

_SLACK = 1e-3  # steps: means are rounded to 2**-33 of one
_AT_ONCE = 2_000_000  # distances
_FAR = 2.0**50  # steps: between two faces of one photo


class Comparing:
    """The blocks of some faces."""

    def __init__(self, faces: FaceSet, blocks: Blocks, rules: Sequence[Rule]) -> None:
        self._faces, self._blocks, self._rules = faces, blocks, rules
        self._rough = _SLACK + roughness(faces.squares)
        self._trees: dict[int, Tree] = {}

    def tree(self, block: Block) -> Tree:
        """How its groups grew."""
        if len(block.places) == 1:
            return Tree(1, (), np.zeros(1, np.intp))
        if block.number not in self._trees:
            self._trees[block.number] = grown(self._faces.part(block.places), self._rules)
        return self._trees[block.number]

    def joinable(self, some: Sequence[Block]) -> Iterator[tuple[Block, list[Block]]]:
        """Of each of these blocks the others that have a group that could have joined one of
        it; blocks that were joined meanwhile are left out."""
        columns = self._blocks.unlike(some)
        for block, near in zip(some, self._near(some, columns), strict=True):
            if self._blocks.is_here(block):
                others = self._blocks.others(block, columns[near])
                yield block, [other for other in others if self._could(block, other)]

    def _near(self, some: Sequence[Block], columns: Places) -> list[NDArray[np.bool_]]:
        """Which faces a group of each block could have joined, if they had been alone."""
        rows = np.concatenate([block.places for block in some])
        found = [np.zeros(len(columns), bool) for _ in some]
        step = max(64, _AT_ONCE // len(rows))
        for start in range(0, len(columns), step):
            part = slice(start, start + step)
            distances = self._distances(rows, columns[part])
            first = 0
            for block, near in zip(some, found, strict=True):
                last = first + len(block.places)
                near[part] = self._near_block(block, distances[first:last])
                first = last
        return found

    def _distances(self, rows: Places, columns: Places) -> NDArray[np.float32]:
        found = rough_spans(self._faces.rough[rows], self._faces.rough[columns])
        photos = self._faces.photo_numbers
        found[photos[rows][:, None] == photos[columns]] = _FAR
        return found

    def _near_block(self, block: Block, distances: NDArray[np.float32]) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = distances.min(axis=0) <= LIMIT_SPAN + self._rough
        if len(block.places) == 1 or not near.any():
            return near
        columns = np.nonzero(near)[0]
        left = np.zeros(len(columns), bool)
        for lives in self.tree(block).lives(distances[:, columns]):
            most = (lives.deaths + self._rough) * lives.counts
            left |= (lives.sums <= most.astype(np.float32)[:, None]).any(axis=0)
        near[columns] = left
        return near

    def _could(self, block: Block, other: Block) -> bool:
        """Whether a group of one could have joined a group of the other."""
        return any(
            self._meet(mine, theirs)
            for mine in self._lives(block, other)
            for theirs in self.tree(other).lives(mine.sums.T)
        )

    def _meet(self, mine: Lives, theirs: Lives) -> bool:
        """Whether any two were there at the same time, and near enough before one was not;
        ``theirs.sums`` are those of ``mine``."""
        births = np.maximum(mine.births, theirs.births[:, None])
        deaths = np.minimum(mine.deaths, theirs.deaths[:, None]) + _SLACK
        near = theirs.sums <= deaths * mine.counts * theirs.counts[:, None]
        return bool((near & (births <= deaths)).any())

    def _lives(self, block: Block, other: Block) -> Iterator[Lives]:
        """The groups of a block that could have joined a face of the other."""
        faces = self._faces
        distances = spans(faces.grid[block.places], faces.grid[other.places])
        photos = faces.photo_numbers
        distances[photos[block.places][:, None] == photos[other.places]] = _FAR
        for lives in self.tree(block).lives(distances):
            most = (lives.deaths + _SLACK) * lives.counts
            near = (lives.sums <= most[:, None]).any(axis=1)
            if near.any():
                yield Lives(*(part[near] for part in lives))
