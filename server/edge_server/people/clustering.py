"""Which faces are one person: the same groups, whatever the order in which faces came.

The groups are a function of the set of faces and of the user's rules.  The two nearest
groups become one, again and again, while the mean of the distances between their faces is
at most the limit (average linkage; equal distances: the one with the smaller ids); groups
with two faces of one photo, or that a rule keeps apart, never do.  Where a rule takes
groups for one person, each goes on attracting what is near it, and they count as one for
what keeps apart.

Two groups are only ever joined where a pair of their faces is within the limit, or where a
rule binds them.  So whatever comes, goes or is said changes only the parts of the graph of
such pairs that it touches, and only these are computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from edge_server.people.rules import bonds, linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from edge_server.people.rules import Bonds, Rule

    Floats = NDArray[np.float64]

# Two faces of one person are nearer than this (the network's author; 99.38 % of LFW's pairs).
LIMIT = 0.6
_SLACK = 1e-6
_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class FaceSet:
    """Faces in the order of their ``ids``; ``photos`` says which photo each is of;
    ``vectors`` float64 [N, 128]."""

    ids: tuple[str, ...]
    photos: tuple[str, ...]
    vectors: Floats

    @classmethod
    def of(cls, faces: Iterable[tuple[str, str, NDArray[np.floating]]]) -> FaceSet:
        """Of (id, photo, vector) in any order."""
        rows = sorted(faces, key=lambda face: face[0])
        ids = tuple(row[0] for row in rows)
        photos = tuple(row[1] for row in rows)
        vectors = np.array([row[2] for row in rows], np.float64)
        return cls(ids, photos, vectors)

    @cached_property
    def squares(self) -> Floats:
        """The square of each vector's length, float64 [N]."""
        squares: Floats = (self.vectors**2).sum(axis=1)
        return squares

    def part(self, places: Sequence[int]) -> FaceSet:
        """Those at these places, in order."""
        chosen = sorted(places)
        return FaceSet(
            tuple(self.ids[place] for place in chosen),
            tuple(self.photos[place] for place in chosen),
            self.vectors[chosen],
        )


def groups(faces: FaceSet, rules: Sequence[Rule] = ()) -> dict[str, str]:
    """The group of every face; a group is called by the smallest id of its faces."""
    return groups_around(faces, faces.ids, rules)


def groups_around(
    faces: FaceSet, starts: Iterable[str], rules: Sequence[Rule] = ()
) -> dict[str, str]:
    """The group of every face in the parts of the graph that ``starts`` touch: what may
    change when these came, lost a neighbour, or were spoken of."""
    found: dict[str, str] = {}
    for part in parts_around(faces, starts, rules):
        found |= _grouped(part, rules)
    return found


def parts_around(
    faces: FaceSet, starts: Iterable[str], rules: Sequence[Rule] = ()
) -> Iterator[FaceSet]:
    """The parts of the graph that ``starts`` touch, those of them that are there."""
    places = {id_: place for place, id_ in enumerate(faces.ids)}
    beside = linked(rules, places)
    seen: set[str] = set()
    for start in starts:
        if start in places and start not in seen:
            part = faces.part(_reached(faces, places, beside, places[start]))
            seen.update(part.ids)
            yield part


def near(faces: FaceSet, places: Sequence[int], limit: float = LIMIT) -> NDArray[np.bool_]:
    """Which faces lie within the limit of each of those at ``places``: bool [M, N].

    By a matrix product; where its last digits could decide, the distance of the pair is
    computed by itself, so that it is within the limit or not whoever else is looked at.
    """
    at = list(places)
    chosen = faces.vectors[at]
    spans = faces.squares[at][:, None] + faces.squares - 2 * chosen @ faces.vectors.T
    within: NDArray[np.bool_] = spans <= limit**2
    rows, columns = np.nonzero(np.abs(spans - limit**2) <= _SLACK)
    within[rows, columns] = _norms(chosen[rows] - faces.vectors[columns]) <= limit
    return within


def distances(vectors: Floats) -> Floats:
    """Of every two: float64 [N, N]; each pair's the same whoever else is there."""
    return np.stack([_norms(vectors - one) for one in vectors])


def _norms(differences: Floats) -> Floats:
    norms: Floats = np.sqrt((differences**2).sum(axis=1))
    return norms


def _reached(
    faces: FaceSet, places: dict[str, int], beside: dict[str, set[str]], start: int
) -> list[int]:
    """Every face that can be reached from one, by pairs within the limit and by rules."""
    reached, waiting = {start}, [start]
    while waiting:
        fresh, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
        close = set(np.nonzero(near(faces, fresh).any(axis=0))[0].tolist())
        bound = {places[id_] for at in fresh for id_ in beside.get(faces.ids[at], ())}
        waiting += sorted((close | bound) - reached)
        reached |= close | bound
    return sorted(reached)


def _grouped(faces: FaceSet, rules: Sequence[Rule]) -> dict[str, str]:
    known = bonds(faces.photos, faces.ids, rules)
    _Growing(distances(faces.vectors), known).grow()
    first: dict[int, str] = {}
    for id_, person in zip(faces.ids, known.person.tolist(), strict=True):
        first.setdefault(person, id_)
    return {
        id_: first[person] for id_, person in zip(faces.ids, known.person.tolist(), strict=True)
    }


class _Growing:
    """Groups while they grow: group ``i`` is called by its first face, and those that were
    taken into another have infinite distances.  Of each the nearest is remembered, the
    first of several that are equally near."""

    def __init__(self, distances: Floats, bonds: Bonds) -> None:
        self.bonds = bonds
        self._sums = distances
        self._counts = np.ones(len(distances))
        self._means = distances.copy()
        np.fill_diagonal(self._means, np.inf)
        self._means[bonds.apart[np.ix_(bonds.person, bonds.person)]] = np.inf
        self._every = np.arange(len(distances))
        self._nearest = self._means.argmin(axis=1)
        self._least = self._means[self._every, self._nearest]

    def grow(self) -> None:
        """Until no two may become one."""
        while True:
            one = int(self._least.argmin())
            if self._least[one] > LIMIT:
                return
            one, other = sorted((one, int(self._nearest[one])))
            self._join(one, other)
            self._look_again(one)

    def _join(self, one: int, other: int) -> None:
        people = self.bonds.person
        if people[one] != people[other]:
            self.bonds.join(int(people[one]), int(people[other]))
        self._sums[one] += self._sums[other]
        self._sums[:, one] = self._sums[one]
        self._counts[one] += self._counts[other]
        alive = np.isfinite(self._means[one]) | np.isfinite(self._means[other])
        means = self._sums[one] / (self._counts[one] * self._counts)
        self._means[one] = self._means[:, one] = np.where(alive, means, np.inf)
        self._means[other] = self._means[:, other] = np.inf
        self._means[one, one] = np.inf
        self._keep_apart(int(people[one]))

    def _look_again(self, one: int) -> None:
        """Who is nearest to whom, after the distances of group ``one`` became others."""
        now = self._means[self._every, self._nearest]
        stale = np.nonzero(now != self._least)[0]
        stale = np.union1d(stale, [one])
        self._nearest[stale] = self._means[stale].argmin(axis=1)
        self._least[stale] = self._means[stale, self._nearest[stale]]
        to_one = self._means[:, one]
        nearer = (to_one < self._least) | ((to_one == self._least) & (one < self._nearest))
        self._nearest[nearer], self._least[nearer] = one, to_one[nearer]

    def _keep_apart(self, person: int) -> None:
        """Nothing of this person is near to anything of whom he is known not to be."""
        people = self.bonds.person
        his, not_his = people == person, self.bonds.apart[person][people]
        self._means[np.ix_(his, not_his)] = np.inf
        self._means[np.ix_(not_his, his)] = np.inf
