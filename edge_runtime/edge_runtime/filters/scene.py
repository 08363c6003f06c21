"""What is known of one picture before a filter draws: faces, mask, depths, paintings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from edge_runtime.results import Face

    Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One picture as a filter sees it; what a filter does not need may be left out.

    ``faces``: with ``landmarks`` for stickers and ``smile`` for tests of smiles, in pixels of
    the picture.  ``alpha``: uint8 [H, W], 255 where the person is; none counts as no person.
    ``depth``: float32 [H, W] in metres.  ``painted``: the picture in a style, uint8 [H, W, 3],
    by the mix.  ``seconds``: the time in a film, by which what falls has fallen.
    """

    faces: Sequence[Face] = ()
    alpha: Pixels | None = None
    depth: NDArray[np.float32] | None = None
    painted: Mapping[str, Pixels] = field(default_factory=dict)
    seconds: float = 0.0

    def of(self, faces: Sequence[Face]) -> Scene:
        """The same picture as if it had those faces only."""
        return replace(self, faces=tuple(faces))

    @property
    def person_share(self) -> float:
        """How much of the picture the person covers, 0..1."""
        return 0.0 if self.alpha is None else float(self.alpha.mean()) / 255


def opacity(probability: NDArray[np.float32]) -> Pixels:
    """The ``alpha`` of a scene, of probabilities float32 [H, W] in 0..1."""
    return (probability * np.float32(255) + np.float32(0.5)).astype(np.uint8)
