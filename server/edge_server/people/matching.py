"""Whose face it is: the nearest of those that are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_server.people.results import KnownFace, Match, People
from edge_server.people.spans import LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_server.people.results import SeenFace


@dataclass(frozen=True, eq=False)
class Known:
    """Faces that are known: ``people`` and ``names`` say whose, ``vectors`` is float32
    [N, 128]; a person may have several."""

    people: tuple[str, ...]
    names: tuple[str, ...]
    vectors: NDArray[np.float32]


def matched(seen: Sequence[SeenFace], known: Known) -> People:
    """Each face and whose it is."""
    faces = tuple(KnownFace(face=one.face, match=match_of(one.vector, known)) for one in seen)
    return People(faces=faces, threshold=LIMIT)


def match_of(vector: NDArray[np.float32], known: Known) -> Match:
    """The nearest person's; nobody's beyond the limit, with the distance all the same."""
    if not known.people:
        return Match()
    spans = np.linalg.norm(known.vectors.astype(np.float64) - vector, axis=1)
    nearest = int(spans.argmin())
    distance = float(spans[nearest])
    if distance > LIMIT:
        return Match(distance=distance)
    return Match(person=known.people[nearest], name=known.names[nearest], distance=distance)


def distance_of(one: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """From one vector [128] to the nearest of [N, 128]."""
    return float(np.linalg.norm(others.astype(np.float64) - one, axis=1).min())
