"""What a user has said of faces, and what follows from it for a set of them.

A newer rule goes before an older one, and that two faces of one photo are two people goes
before both: of a rule that contradicts, as much is kept as does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from numpy.typing import NDArray


class Together(Record, tag_field="kind", tag="together", frozen=True, kw_only=True):
    """These faces are one person."""

    faces: tuple[str, ...]


class Apart(Record, tag_field="kind", tag="apart", frozen=True, kw_only=True):
    """Nobody of ``faces`` is anybody of ``others``."""

    faces: tuple[str, ...]
    others: tuple[str, ...]


Rule: TypeAlias = Together | Apart


def faces_of(rule: Rule) -> tuple[str, ...]:
    """All the faces that a rule speaks of."""
    return rule.faces if isinstance(rule, Together) else (*rule.faces, *rule.others)


@dataclass
class Bonds:
    """``person`` int [N]: who each face is; ``apart`` bool [N, N]: which of these people
    are known to be two."""

    person: NDArray[np.intp]
    apart: NDArray[np.bool_]

    def join(self, one: int, other: int) -> bool:
        """Take two people for one, who then has the smaller number; False where they are
        known to be two."""
        first, second = sorted((one, other))
        if self.apart[first, second]:
            return False
        self.person[self.person == second] = first
        self.apart[first] |= self.apart[second]
        self.apart[:, first] |= self.apart[:, second]
        return True


def bonds(photos: Sequence[str], ids: Sequence[str], rules: Sequence[Rule]) -> Bonds:
    """What is known of the faces ``ids``, each of one of ``photos``, by the rules, the oldest
    first."""
    numbers = np.unique(np.asarray(photos), return_inverse=True)[1]
    apart = (numbers[:, None] == numbers[None]) & ~np.eye(len(ids), dtype=bool)
    found = Bonds(person=np.arange(len(ids)), apart=apart)
    places = {id_: place for place, id_ in enumerate(ids)}
    for rule in reversed(rules):
        if isinstance(rule, Together):
            _bind(found, _here(rule.faces, places))
        else:
            _divide(found, _here(rule.faces, places), _here(rule.others, places))
    return found


def _here(faces: Iterable[str], places: dict[str, int]) -> list[int]:
    return sorted(places[face] for face in faces if face in places)


def _bind(found: Bonds, faces: list[int]) -> None:
    """Each with the first one before it that it may be joined with."""
    for at, face in enumerate(faces):
        for other in faces[:at]:
            one, two = int(found.person[face]), int(found.person[other])
            if one == two or found.join(one, two):
                break


def _divide(found: Bonds, faces: list[int], others: list[int]) -> None:
    for one in found.person[faces]:
        for other in found.person[others]:
            if one != other:
                found.apart[one, other] = found.apart[other, one] = True


def linked(rules: Iterable[Rule], here: Container[str]) -> dict[str, set[str]]:
    """The faces that a rule puts beside each face, of those that are here."""
    beside: dict[str, set[str]] = {}
    for rule in rules:
        if isinstance(rule, Together):
            for one, other in pairwise(face for face in rule.faces if face in here):
                beside.setdefault(one, set()).add(other)
                beside.setdefault(other, set()).add(one)
    return beside


def without(rule: Rule, gone: frozenset[str], *, alone: bool = False) -> Rule | None:
    """The rule of the faces that are left; None where it says nothing any more.  Where one
    face alone still has something said of it, as whose it is, ``alone`` keeps that."""
    faces = tuple(face for face in rule.faces if face not in gone)
    if isinstance(rule, Together):
        return Together(faces=faces) if len(faces) > (0 if alone else 1) else None
    others = tuple(face for face in rule.others if face not in gone)
    return Apart(faces=faces, others=others) if faces and others else None
