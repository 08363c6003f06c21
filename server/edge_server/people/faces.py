"""Faces as arrays, for what is computed of many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from edge_server.people.spans import on_grid, squares_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class FaceSet:
    """Faces in the order of their ``ids``; ``photos`` says which photo each is of; ``grid``
    float64 [N, 128]: their vectors, see :mod:`edge_server.people.spans`."""

    ids: tuple[str, ...]
    photos: tuple[str, ...]
    grid: NDArray[np.float64]

    @classmethod
    def of(cls, faces: Iterable[tuple[str, str, NDArray[np.floating]]]) -> FaceSet:
        """Of (id, photo, vector) in any order."""
        rows = sorted(faces, key=lambda face: face[0])
        ids = tuple(row[0] for row in rows)
        photos = tuple(row[1] for row in rows)
        vectors = np.array([row[2] for row in rows], np.float64)
        return cls(ids, photos, on_grid(vectors.reshape(len(rows), vectors.shape[-1])))

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each face is, by its id."""
        return {id_: place for place, id_ in enumerate(self.ids)}

    @cached_property
    def photo_numbers(self) -> NDArray[np.intp]:
        """The photos as numbers, int [N]."""
        numbers: NDArray[np.intp] = np.unique(np.array(self.photos), return_inverse=True)[1]
        return numbers

    @cached_property
    def rough(self) -> NDArray[np.float32]:
        """The vectors of ``grid`` as float32."""
        return self.grid.astype(np.float32)

    @cached_property
    def squares(self) -> NDArray[np.float64]:
        """The square of each vector's length in steps, float64 [N]."""
        return squares_of(self.grid)

    @cached_property
    def rivals(self) -> NDArray[np.intp]:
        """Every two of one photo by their places, the smaller first: int [M, 2]."""
        order = np.argsort(self.photo_numbers, kind="stable")
        numbers = self.photo_numbers[order]
        found = [np.zeros((0, 2), np.intp)]
        for apart in range(1, len(order)):
            same = np.nonzero(numbers[apart:] == numbers[:-apart])[0]
            if not len(same):
                break
            found.append(np.stack([order[same], order[same + apart]], axis=1))
        return np.concatenate(found)

    def part(self, places: Sequence[int] | NDArray[np.intp]) -> FaceSet:
        """Those at these places, in order."""
        chosen = np.sort(np.asarray(places, np.intp))
        return FaceSet(
            tuple(self.ids[place] for place in chosen.tolist()),
            tuple(self.photos[place] for place in chosen.tolist()),
            self.grid[chosen],
        )
