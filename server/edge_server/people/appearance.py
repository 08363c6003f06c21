"""What is guessed of people by the look of their faces, and how it is told.

These are guesses: see the warning in server/README.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from edge_runtime.results import Faces
from edge_runtime.wire import result_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_runtime.results import Face

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Attributes:
    """What the network gives for N faces: ``ages`` float32 [N, 100], the probability of each
    age in whole years; ``men`` float32 [N], the probability that it calls a face a man's."""

    ages: NDArray[np.float32]
    men: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class GuessedFace:
    """A face, and what it looks like to the network.

    ``age`` in years is the mean of the network's distribution, ``age_spread`` its standard
    deviation; ``probability``, 0.5..1, is that of the ``gender``.
    """

    face: Face
    age: float
    age_spread: float
    gender: Literal["female", "male"]
    probability: float


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """The faces of a photo, the best score first; none is an answer, not an error."""

    faces: tuple[GuessedFace, ...]


def guesses_of(faces: Sequence[Face], found: Attributes) -> Guesses:
    """What the network's numbers say of these faces, in their order."""
    rows = zip(faces, found.ages.astype(np.float64), found.men.tolist(), strict=True)
    return Guesses(faces=tuple(_guessed(face, ages, man) for face, ages, man in rows))


def guesses_json(value: Guesses) -> Json:
    """Each face as ``/v1/faces`` tells it, with ``age``, ``age_spread`` and ``gender``."""
    told = result_record(Faces(faces=tuple(one.face for one in value.faces)))["faces"]
    faces = [face | _said(one) for face, one in zip(told, value.faces, strict=True)]
    return {"faces": faces}


def look_of(age: float, gender: str, probability: float) -> str:
    """A guess in a few words, as it stands beside a face: ``looks 34, female 92%``."""
    return f"looks {age:.0f}, {gender} {probability:.0%}"


def _guessed(face: Face, ages: NDArray[np.float64], man: float) -> GuessedFace:
    years = np.arange(len(ages))
    share = ages / ages.sum()
    age = float(share @ years)
    return GuessedFace(
        face=face,
        age=age,
        age_spread=float(np.sqrt(share @ (years - age) ** 2)),
        gender="male" if man > 0.5 else "female",
        probability=max(man, 1 - man),
    )


def _said(one: GuessedFace) -> Json:
    return {
        "age": round(one.age, 1),
        "age_spread": round(one.age_spread, 1),
        "gender": {"label": one.gender, "probability": round(one.probability, 4)},
    }
