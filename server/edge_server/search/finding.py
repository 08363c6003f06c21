"""A photo, and which of an owner's photos are it, a copy of it, or alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_server.problems import DeadlineExceeded
from edge_server.search.description import mirrored
from edge_server.search.matching import aligned
from edge_server.search.packing import unpack
from edge_server.search.records import Transform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edge_runtime.images import Photo
    from edge_server.engine.interface import Deadline
    from edge_server.search.description import Description, Look
    from edge_server.search.matching import Alignment
    from edge_server.search.owner_index import OwnerIndex
    from edge_server.search.rows import Rows
    from edge_server.store.records import PhotoRecord

ALIKE = 0.55  # of the cosine
# Candidates of the vector that are laid over the photo, and the least cosine of them: changed
# copies have more (half the sides cropped away, at worst 0.36), most other photos have less.
COMPARED, _LEAST = 30, 0.3


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A row that may be of the photo: the cosine of the vectors, none where only the perceptual
    hash is near."""

    row: int
    photo_id: str
    cosine: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A photo that is searched for, as it is and mirrored."""

    photo: Photo
    description: Description
    mirror_hash: int
    mirror: Look

    @classmethod
    def of(cls, photo: Photo, description: Description) -> Asked:
        """With its mirror image."""
        mirror_hash, mirror = mirrored(photo.rgb)
        return cls(photo=photo, description=description, mirror_hash=mirror_hash, mirror=mirror)


@dataclass(frozen=True, kw_only=True)
class Lying:
    """A candidate that is a copy, and how the photo lies in it."""

    alignment: Alignment
    is_mirrored: bool
    look: Look


def candidates(index: OwnerIndex, asked: Asked, count: int) -> list[Candidate]:
    """Rows that may be of the photo: the likest vectors, then the nearest hashes."""
    found = dict[int, float | None](index.by_vector(asked.description.vector, count))
    for row in index.by_hash([asked.description.hash, asked.mirror_hash]):
        found.setdefault(row, None)
    return [
        Candidate(row=row, photo_id=index.photo_id(row), cosine=cosine)
        for row, cosine in found.items()
    ]


def copies(
    rows: Rows, asked: Asked, among: Sequence[Candidate], deadline: Deadline
) -> Iterator[tuple[Candidate, Lying]]:
    """Those of the candidates that are copies, and how they lie.

    Raises ``DeadlineExceeded``.
    """
    likely = [one for one in among if one.cosine is not None and one.cosine >= _LEAST]
    compared = likely[:COMPARED] + [one for one in among if one.cosine is None]
    looks = rows.looks([one.row for one in compared])
    for one in compared:
        if deadline.remaining() < 0:
            raise DeadlineExceeded("the deadline passed before all was compared: say more")
        if one.row in looks:
            lying = _lying(rows, asked, (one.row, looks[one.row]))
            if lying is not None:
                yield one, lying


def _lying(rows: Rows, asked: Asked, packed: tuple[int, bytes]) -> Lying | None:
    """How it lies in that row's photo, as it is or mirrored; none where it does not."""
    try:
        look = unpack(packed[1])
    except ValueError:
        rows.drop([packed[0]])  # damaged: it is described anew
        return None
    for is_mirrored, own in ((False, asked.description.look), (True, asked.mirror)):
        alignment = aligned(own, look)
        if alignment is not None:
            return Lying(alignment=alignment, is_mirrored=is_mirrored, look=look)
    return None


def transform_of(asked: Asked, lying: Lying, found: PhotoRecord) -> Transform:
    """How the photo lies in the one that was found, in the pixels of both."""
    (width, height), (wide, high) = asked.description.look.size_wh, lying.look.size_wh
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], float)
    placed = (corners @ lying.alignment.matrix.T) / (wide, high)
    (x0, y0), (x1, y1) = (edge.clip(0, 1) for edge in (placed.min(axis=0), placed.max(axis=0)))
    own = asked.photo.size_wh[0] / width
    scale = lying.alignment.scale * (found.width / wide) / own
    box = (x0 * found.width, y0 * found.height, x1 * found.width, y1 * found.height)
    return Transform(
        box=tuple(round(float(edge), 1) for edge in box),  # type: ignore[arg-type]
        share=round(float((x1 - x0) * (y1 - y0)), 4),
        scale=round(scale, 4),
        degrees=round(lying.alignment.degrees, 2),
        mirrored=lying.is_mirrored,
    )
