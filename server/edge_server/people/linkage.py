"""How groups grow out of faces: average linkage that keeps apart whom it must.

The two nearest groups become one, again and again, while the mean of the distances between
their faces is at most the limit (equal distances: the one with the smaller ids); groups with
two faces of one photo, or that a rule keeps apart, never do.  Where a rule takes groups for
one person, each goes on attracting what is near it, and they count as one for what keeps
apart.

A set of ``n`` faces takes ``8 n^2`` bytes while it is grouped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from edge_server.people.rules import bonds, faces_of
from edge_server.people.spans import LIMIT_SPAN, spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edge_server.people.faces import FaceSet
    from edge_server.people.rules import Bonds, Rule

    Floats = NDArray[np.float64]

_SMALL, _FEW = 128, 40_000  # faces and numbers, of which a product of matrices is faster
_AT_ONCE = 500_000  # numbers


class Join(NamedTuple):
    """That ``other`` was taken into ``one``, when their mean distance was ``height``; groups
    are called by the place of their first face."""

    one: int
    other: int
    height: float


class Lives(NamedTuple):
    """Groups, each from its birth to its death (heights; one that is left in the end lives up
    to the limit): ``sums`` [M, N] over the faces of each, ``counts``, ``births`` and
    ``deaths`` [M]."""

    sums: NDArray[Any]
    counts: Floats
    births: Floats
    deaths: Floats


@dataclass(frozen=True, eq=False)
class Tree:
    """How ``size`` faces became groups; ``person`` int [size]: who each face is in the end,
    by the place of the first face."""

    size: int
    joins: tuple[Join, ...]
    person: NDArray[np.intp]

    def lives(self, rows: NDArray[Any]) -> Iterator[Lives]:
        """Every group that there ever was, some at once, with its sums of the rows [size, N];
        none of these may be infinite."""
        if self.size <= _SMALL and rows.size <= _FEW:
            yield self._every._replace(sums=self._every.sums @ rows)
            return
        step = max(1, _AT_ONCE // max(1, rows.shape[1]))
        found = self._one_by_one(rows.copy())
        while part := list(islice(found, step)):
            yield _stacked(part)

    @cached_property
    def _every(self) -> Lives:
        """Whose faces are whose: ``sums`` are ones and zeros."""
        return _stacked(list(self._one_by_one(np.eye(self.size))))

    def _one_by_one(
        self, rows: NDArray[Any]
    ) -> Iterator[tuple[NDArray[Any], int, float, float]]:
        counts, births = [1] * self.size, [0.0] * self.size
        gone = set()
        for one, other, height in self.joins:
            for at in (one, other):
                yield rows[at].copy(), counts[at], births[at], height
            rows[one] += rows[other]
            counts[one] += counts[other]
            births[one] = height
            gone.add(other)
        for at in range(self.size):
            if at not in gone:
                yield rows[at], counts[at], births[at], LIMIT_SPAN


def _stacked(lives: list[tuple[NDArray[Any], int, float, float]]) -> Lives:
    sums, *others = zip(*lives, strict=True)
    return Lives(np.stack(sums), *(np.array(one, np.float64) for one in others))


def grown(faces: FaceSet, rules: Sequence[Rule]) -> Tree:
    """The groups of these faces, as if there were no others."""
    here = set(faces.ids)
    speaking = [rule for rule in rules if not here.isdisjoint(faces_of(rule))]
    known = bonds(faces.photos, faces.ids, speaking) if speaking else None
    growing = _Growing(spans(faces.grid, faces.grid), known)
    growing.keep_apart(faces.rivals)
    joins = tuple(growing.grow())
    return Tree(len(faces.ids), joins, _people(len(faces.ids), joins, known))


def _people(size: int, joins: Sequence[Join], known: Bonds | None) -> NDArray[np.intp]:
    person = np.arange(size)
    if known is not None:
        first: dict[int, int] = {}
        for place, number in enumerate(known.person.tolist()):
            first.setdefault(number, place)
        return np.array([first[number] for number in known.person.tolist()], np.intp)
    for one, other, _ in reversed(joins):
        person[other] = person[one]
    return person


class _Growing:
    """Groups while they grow: the sums of the distances between them are infinite for those
    that are kept apart and for those that were taken into another, and stay so when they are
    added to.  Of each group the nearest is remembered, the first of several that are equally
    near; ``stale`` are those whose nearest is gone: it was not farther than what there is now.
    """

    def __init__(self, distances: Floats, bonds: Bonds | None) -> None:
        size = len(distances)
        self._bonds = bonds
        self._sums = distances
        np.fill_diagonal(distances, np.inf)
        if bonds is not None:
            distances[bonds.apart[np.ix_(bonds.person, bonds.person)]] = np.inf
        self._counts = np.ones(size)
        self._nearest = np.zeros(size, np.intp)
        self._least = np.zeros(size)
        self._stale = np.ones(size, bool)

    def keep_apart(self, pairs: NDArray[np.intp]) -> None:
        """These pairs [M, 2] of faces are two people."""
        self._sums[pairs[:, 0], pairs[:, 1]] = self._sums[pairs[:, 1], pairs[:, 0]] = np.inf

    def grow(self) -> Iterator[Join]:
        """Until no two may become one."""
        while len(self._least):
            at = int(self._least.argmin())
            height = float(self._least[at])
            if height > LIMIT_SPAN:
                return
            if self._stale[at]:
                self._look(at)
                continue
            one, other = sorted((at, int(self._nearest[at])))
            yield Join(one, other, height)
            self._join(one, other)

    def _look(self, at: int) -> None:
        means = self._sums[at] / (self._counts * self._counts[at])
        nearest = int(means.argmin())
        self._nearest[at], self._least[at] = nearest, means[nearest]
        self._stale[at] = False

    def _join(self, one: int, other: int) -> None:
        row = self._sums[one]
        row += self._sums[other]
        self._sums[:, one] = row
        self._sums[other] = self._sums[:, other] = np.inf
        self._counts[one] += self._counts[other]
        self._stale |= (self._nearest == one) | (self._nearest == other)
        self._least[other] = np.inf
        self._stale[other] = False
        if self._bonds is not None:
            self._join_people(self._bonds, one, other)
        self._look(one)
        means = row / (self._counts * self._counts[one])
        nearer = (means < self._least) | ((means == self._least) & (one < self._nearest))
        nearer &= ~self._stale | (means < self._least)
        nearer[one] = False
        self._nearest[nearer], self._least[nearer] = one, means[nearer]
        self._stale[nearer] = False

    def _join_people(self, bonds: Bonds, one: int, other: int) -> None:
        """Nothing of this person is near to anything of whom he is known not to be."""
        people = bonds.person
        if people[one] != people[other]:
            bonds.join(int(people[one]), int(people[other]))
        person = int(people[one])
        his, not_his = people == person, bonds.apart[person][people]
        self._sums[np.ix_(his, not_his)] = np.inf
        self._sums[np.ix_(not_his, his)] = np.inf
        self._stale |= (his & not_his[self._nearest]) | (not_his & his[self._nearest])
        self._stale[np.isinf(self._least)] = False
