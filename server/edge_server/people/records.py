"""What is told of people and of groups of faces: frozen records, ready for JSON."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from edge_runtime.spec import Record

MOST_NAME = 200
MOST_NOTE = 1000
_AT_MOST = msgspec.Meta(max_length=1000)
Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
# On one line, and not of spaces alone.
_LINE = r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$(?!\n)"
Name: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=MOST_NAME, pattern=_LINE)
]
Note: TypeAlias = Annotated[str, msgspec.Meta(max_length=MOST_NOTE, pattern=r"^[^\x00]*$")]
Day: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Consent(Record, frozen=True, kw_only=True):
    """Who said yes, when (``YYYY-MM-DD``), and to what."""

    by: str
    at: str
    note: str = ""


class PersonRecord(Record, frozen=True, kw_only=True):
    """Somebody who agreed to be known; ``faces`` counts the photos they are known by.

    ``made`` is in seconds since 1970.
    """

    id: str
    name: str
    consent: Consent
    faces: int
    made: float


class PeopleRecord(Record, frozen=True, kw_only=True):
    """Everybody an owner knows, by name."""

    people: tuple[PersonRecord, ...]


class Verdict(Record, frozen=True, kw_only=True):
    """Whether two faces are one person's: their ``distance`` is at most ``threshold``."""

    same: bool
    distance: float
    threshold: float


class CollectedRecord(Record, frozen=True, kw_only=True):
    """A face of a photo that is kept: ``box`` in pixels of the upright photo."""

    id: str
    photo: str
    box: tuple[float, float, float, float]
    score: float
    cluster: str


class CollectedFaces(Record, frozen=True, kw_only=True):
    """The faces of a photo, from left to right."""

    photo: str
    faces: tuple[CollectedRecord, ...]


class Whose(Record, frozen=True, kw_only=True):
    """Whose faces a group has, where that was said."""

    id: str
    name: str


class ClusterRecord(Record, frozen=True, kw_only=True):
    """Faces that are one person's, as far as is known; any of them names the group."""

    id: str
    person: Whose | None
    faces: tuple[CollectedRecord, ...]


class ClustersRecord(Record, frozen=True, kw_only=True):
    """Every group, the largest first."""

    clusters: tuple[ClusterRecord, ...]


Kind: TypeAlias = Literal["merge", "split", "person"]


class DecisionRecord(Record, frozen=True, kw_only=True):
    """What was said: ``faces`` are one person (``merge``, ``person``), or are not the person
    of ``others`` (``split``)."""

    id: str
    kind: Kind
    faces: tuple[str, ...]
    others: tuple[str, ...] = ()
    person: str = ""
    made: float


class DecisionsRecord(Record, frozen=True, kw_only=True):
    """All that was said, the newest first."""

    decisions: tuple[DecisionRecord, ...]


class SayParams(Record, frozen=True, kw_only=True):
    """``kind``: ``merge`` takes ``clusters`` (each by any of its faces) for one person;
    ``split`` takes ``faces`` out of the group that they are in, as another person; ``person``
    says that ``clusters`` are the enrolled ``person``.
    """

    kind: Kind | None = None
    clusters: Annotated[tuple[Id, ...], _AT_MOST] = ()
    faces: Annotated[tuple[Id, ...], _AT_MOST] = ()
    person: Id | None = None
