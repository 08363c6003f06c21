"""What goes into the store and comes out of it."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, TypeAlias

import msgspec

from edge_runtime.spec import Record

# No zero characters: a database may refuse them.
Sought: TypeAlias = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00]*$")]
# As much of 2024-05-31T23:59:59 as is known; months of one digit would be sorted wrongly.
_CLOCK = "T([01][0-9]|2[0-3])(:[0-5][0-9]){0,2}"
_DAY = f"-(0[1-9]|[12][0-9]|3[01])({_CLOCK})?"
_TIME = f"^([0-9]{{4}}(-(0[1-9]|1[0-2])({_DAY})?)?)?$"
Time: TypeAlias = Annotated[str, msgspec.Meta(pattern=_TIME)]
Whole: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class PhotoRecord(Record, frozen=True, kw_only=True):
    """A kept photo, without what was found in it.

    ``size`` in bytes, ``width`` and ``height`` upright, in pixels; ``taken`` is
    ``YYYY-MM-DDTHH:MM:SS`` in the camera's own time, empty where it is not known; ``kept``
    is seconds since 1970, anew where it came again days later; ``tags`` are what its owner
    said of it.
    """

    id: str
    sha256: str
    md5: str
    size: int
    format: str
    width: int
    height: int
    make: str
    model: str
    taken: str
    kept: float
    tags: dict[str, str]


class Kept(Record, frozen=True, kw_only=True):
    """A photo that is kept now; ``new`` where it was not before."""

    photo: PhotoRecord
    new: bool


class Question(Record, frozen=True, kw_only=True):
    """What is asked of a photo: the analysis, its parameters, and the models that answer.

    ``versions`` has for each model's id what changes when its answers may: a version, or the
    SHA-256 of its weights.  The same question with other versions is computed anew.
    """

    analysis: str
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    versions: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the analysis and the parameters, whatever their order."""
        text = msgspec.json.encode([self.analysis, self.parameters], order="deterministic")
        return hashlib.sha256(text).hexdigest()


class MadePicture(Record, frozen=True, kw_only=True):
    """A picture that came of an analysis: an image file's bytes under a name."""

    name: str
    media_type: str
    content: bytes


class Outcome(Record, frozen=True, kw_only=True):
    """What an analysis said: an answer in JSON, and pictures."""

    answer: bytes
    pictures: tuple[MadePicture, ...] = ()


class Search(Record, frozen=True, kw_only=True):
    """Which photos are looked for; what is empty does not matter.

    ``words`` is found in labels, texts and tags, ``camera`` in make and model; ``taken_from``
    and ``taken_to`` are the first letters of a time such as ``2024-05``, both included;
    ``least_side`` is of the shorter side, in pixels.  ``after`` is where the page before
    ended.
    """

    words: Sought = ""
    camera: Sought = ""
    format: Sought = ""
    taken_from: Time = ""
    taken_to: Time = ""
    analysis: Sought = ""
    sha256: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    md5: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{32})?$")] = ""
    least_side: Whole = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    after: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{0,200}$")] = ""


class Page(Record, frozen=True, kw_only=True):
    """Some of the photos that were found, the last kept first.

    ``next`` is where the next page begins; empty after the last.
    """

    photos: tuple[PhotoRecord, ...]
    next: str = ""
