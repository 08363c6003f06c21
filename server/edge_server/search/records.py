"""What a search answers."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from edge_runtime.spec import Record
from edge_server.store.records import PhotoRecord

Kind: TypeAlias = Literal["exact", "near", "alike"]
KINDS: tuple[Kind, ...] = ("exact", "near", "alike")


class SearchParams(Record, frozen=True, kw_only=True):
    """``limit``: at most so many matches.  ``kind``: the weakest that is told: ``exact`` only
    copies of the very pixels, ``near`` also changed copies, ``alike`` also photos that show
    something alike.
    """

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    kind: Kind = "alike"


class Transform(Record, frozen=True, kw_only=True):
    """How the photo that was asked about lies in the one that was found.

    ``box``: [x0, y0, x1, y1] in pixels of the found photo, the part of it that both show;
    ``share`` of the found photo that this is, 0..1.  ``scale``: pixels of the found photo for
    one of the other.  ``degrees`` that it is turned clockwise, -180..180, after it was
    ``mirrored``, left for right.
    """

    box: tuple[float, float, float, float]
    share: float
    scale: float
    degrees: float
    mirrored: bool


class Match(Record, frozen=True, kw_only=True):
    """A kept photo that was found.

    ``kind``: ``exact`` has the very bytes or the very pixels, and ``score`` 1.  ``near`` is a
    copy that was cropped, scaled, saved anew, mirrored, turned a little or recoloured:
    ``score`` is the correlation of the two where both show the same, and ``transform`` says
    how they lie.  ``alike`` shows something alike to the classifier: ``score`` is the cosine
    between what it sees, up to 1.
    """

    photo: PhotoRecord
    kind: Kind
    score: float
    transform: Transform | None = None


class Found(Record, frozen=True, kw_only=True):
    """The matches, exact ones first, then near, then alike, the best score first in each.

    ``searched`` of the owner's photos were looked through; ``pending`` are kept, but were not
    described yet, and ``failed`` could not be read when they were.
    """

    matches: tuple[Match, ...]
    searched: int
    pending: int
    failed: int
