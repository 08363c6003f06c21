"""Which faces may be one person: a first guess, quickly.

Groups that are each other's nearest become one, while the mean of the squares of the distances
between their faces, which follows from their centres, is at most that of the limit.  Nearly
what the groups are; :mod:`edge_server.people.clustering` puts right what they are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_server.people.spans import LIMIT_SPAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_server.people.faces import FaceSet

    Places = NDArray[np.intp]

_AT_ONCE = 1_000_000  # distances


def guessed(faces: FaceSet) -> Places:
    """The group of each face, by the place of one of it: int [N]."""
    guessing = _Guessing(faces)
    while guessing.join():
        pass
    return guessing.groups()


class _Guessing:
    """Groups by the places of their first faces."""

    def __init__(self, faces: FaceSet) -> None:
        size = len(faces.ids)
        self._centres = faces.rough / np.float32(LIMIT_SPAN)
        self._counts = np.ones(size, np.float32)
        self._spread = np.zeros(size, np.float32)  # mean square of the distances to the centre
        self._rivals = faces.rivals
        self._into = np.arange(size)
        self._alive = np.arange(size)
        self._nearest = np.zeros(size, np.intp)
        self._least = np.zeros(size, np.float32)
        self._stale = np.ones(size, bool)

    def groups(self) -> Places:
        """Of each face the group that it came into."""
        while True:
            further: Places = self._into[self._into]
            if np.array_equal(further, self._into):
                return further
            self._into = further

    def join(self) -> bool:
        """Every two that are each other's nearest: whether there were any."""
        self._look()
        self._alive = self._alive[self._least[self._alive] <= 1]
        nearest = self._nearest[self._alive]
        mutual = (self._nearest[nearest] == self._alive) & (self._alive < nearest)
        ones, others = self._alive[mutual], nearest[mutual]
        if not len(ones):
            return False
        self._merge(ones, others)
        gone = np.zeros(len(self._into), bool)
        gone[others] = True
        self._alive = self._alive[~gone[self._alive]]
        changed = gone
        changed[ones] = True
        self._stale[self._alive] = changed[self._nearest[self._alive]]
        self._stale[ones] = True
        return True

    def _merge(self, ones: Places, others: Places) -> None:
        one, other = self._counts[ones], self._counts[others]
        both = one + other
        gap = self._centres[others] - self._centres[ones]
        between = np.einsum("ij,ij->i", gap, gap) * one * other / both**2
        spread = (one * self._spread[ones] + other * self._spread[others]) / both
        self._spread[ones] = spread + between
        self._centres[ones] += gap * (other / both)[:, None]
        self._counts[ones] = both
        self._into[others] = ones

    def _look(self) -> None:
        """Who is nearest to those whose nearest is another group now."""
        stale = self._alive[self._stale[self._alive]]
        if not len(stale):
            return
        centres = self._centres[self._alive]
        offsets = np.einsum("ij,ij->i", centres, centres) + self._spread[self._alive]
        rivals = self._rivals_at()
        step = max(1, _AT_ONCE // len(self._alive))
        for start in range(0, len(stale), step):
            part = stale[start : start + step]
            found: NDArray[Any] = (-2 * self._centres[part]) @ centres.T
            found += offsets
            self._leave_out(found, part, rivals)
            nearest = found.argmin(axis=1)
            own = self._centres[part]
            squares = np.einsum("ij,ij->i", own, own) + self._spread[part]
            self._least[part] = found[np.arange(len(part)), nearest] + squares
            self._nearest[part] = self._alive[nearest]
        self._stale[stale] = False

    def _rivals_at(self) -> Places:
        """Every two groups with two faces of one photo, once each way round."""
        groups = self.groups()[self._rivals]
        return np.concatenate([groups, groups[:, ::-1]])

    def _leave_out(self, found: NDArray[Any], part: Places, rivals: Places) -> None:
        """Nobody is nearest to itself or to whom it cannot be."""
        column = np.full(len(self._into), -1)
        column[self._alive] = np.arange(len(self._alive))
        row = np.full(len(self._into), -1)
        row[part] = np.arange(len(part))
        found[row[part], column[part]] = np.inf
        rows, columns = row[rivals[:, 0]], column[rivals[:, 1]]
        here = (rows >= 0) & (columns >= 0)
        found[rows[here], columns[here]] = np.inf
