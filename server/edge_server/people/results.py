"""What is found of faces and people: frozen records, coordinates as in
:mod:`edge_runtime.results`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.results import Face


@dataclass(frozen=True, kw_only=True, eq=False)
class FaceVectors:
    """``vectors`` float32 [N, 128], one for each face, and the ``chips`` uint8
    [N, 150, 150, 3] that they were computed from."""

    vectors: NDArray[np.float32]
    chips: NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class SeenFace:
    """A face of a photo: its place, its chip uint8 [150, 150, 3], its vector float32 [128]."""

    face: Face
    chip: NDArray[np.uint8]
    vector: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Match:
    """The nearest of the people that are known: ``distance`` is Euclid's, 0 for the very
    same face; ``person`` and ``name`` are empty where nobody is near enough, or known."""

    person: str = ""
    name: str = ""
    distance: float | None = None


@dataclass(frozen=True, kw_only=True)
class KnownFace:
    """A face of a photo, and whose it is."""

    face: Face
    match: Match


@dataclass(frozen=True, kw_only=True)
class People:
    """The faces of a photo, the best score first; none is an answer, not an error.

    ``threshold`` is the distance up to which a face is somebody's.
    """

    faces: tuple[KnownFace, ...]
    threshold: float
