"""What of one owner's photos is in memory: vectors, perceptual hashes, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_server.search.fingerprints import hash_distances
from edge_server.search.rows import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_server.search.nearest import Nearest
    from edge_server.search.rows import Vectors

_NEAR_BITS = 14  # of 64: from here on two hashes may be of one photo
_MOST_BY_HASH = 10


class OwnerIndex:
    """The photos of one owner; one thread at a time may use it.

    ``mark`` is the state of the database that it has.
    """

    def __init__(self, nearest: Nearest) -> None:
        self.nearest = nearest
        self.mark = Mark(0, 0)
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self._hashes: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._photos: dict[int, str] = {}
        self._there = nearest.keys()  # what a graph's file had

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> NDArray[np.int64]:
        """The rows that it has, int64 [n]."""
        return self._ids

    def photo_id(self, row_id: int) -> str:
        """Whose row that is."""
        return self._photos[row_id]

    def add(self, rows: Vectors) -> None:
        """Take rows in; vectors that ``nearest`` had from the beginning are left."""
        self._ids = np.concatenate([self._ids, rows.ids])
        self._hashes = np.concatenate([self._hashes, rows.hashes])
        self._photos.update(zip(rows.ids.tolist(), rows.photo_ids, strict=True))
        new = ~np.isin(rows.ids, self._there)
        self.nearest.add(rows.ids[new], rows.vectors[new])

    def keep_only(self, ids: NDArray[np.int64]) -> None:
        """Forget all other rows."""
        kept = np.isin(self._ids, ids)
        for gone in self._ids[~kept].tolist():
            del self._photos[gone]
        self._ids, self._hashes = self._ids[kept], self._hashes[kept]
        known = self.nearest.keys()
        self.nearest.remove(known[~np.isin(known, ids)])

    def by_vector(self, vector: NDArray[np.float32], count: int) -> list[tuple[int, float]]:
        """The rows whose photos show the likest, with their cosines, the likest first."""
        return [one for one in self.nearest.best(vector, count) if one[0] in self._photos]

    def by_hash(self, hashes: Sequence[int]) -> list[int]:
        """The rows whose perceptual hash is near any of these, the nearest first."""
        if not len(self):
            return []
        distances = np.min([hash_distances(one, self._hashes) for one in hashes], axis=0)
        first = np.argsort(distances, kind="stable")[:_MOST_BY_HASH]
        return [int(self._ids[at]) for at in first if distances[at] <= _NEAR_BITS]
