"""What may be wrong with a set of photos: named, with the photos concerned and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity: TypeAlias = Literal["error", "warning", "note"]


class Kind(Record, frozen=True, kw_only=True):
    """A kind of finding: its id, how bad it is, and what to do about it."""

    id: str
    severity: Severity
    advice: str


class Finding(Record, frozen=True, kw_only=True):
    """What was found: ``told`` in one sentence, the ``photos`` concerned, the worst first.

    ``error``: numbers from this set cannot be trusted.  ``warning``: they may be off.
    ``note``: worth knowing.
    """

    id: str
    severity: Severity
    told: str
    photos: tuple[str, ...]
    advice: str


KINDS = {
    kind.id: kind
    for kind in (
        Kind(
            id="too-few",
            severity="warning",
            advice="add photos: below this count the ranges hang on single photos",
        ),
        Kind(
            id="near-duplicates",
            severity="warning",
            advice="keep one of each pair: a photo that is there twice counts twice",
        ),
        Kind(
            id="leakage",
            severity="error",
            advice="take these photos out of one of the two sets, and measure again",
        ),
        Kind(
            id="all-dark",
            severity="error",
            advice="add photos in daylight and indoors: dark ones leave the ranges too narrow",
        ),
        Kind(
            id="all-bright",
            severity="error",
            advice="add photos in shade and at night: bright ones leave the ranges too narrow",
        ),
        Kind(
            id="low-contrast",
            severity="warning",
            advice="add photos with light and shade, or take some of the flat ones out",
        ),
        Kind(
            id="one-sided",
            severity="warning",
            advice="add photos of other things, from other places and times",
        ),
        Kind(
            id="far-from-evaluation",
            severity="warning",
            advice="add photos like those that are named",
        ),
        Kind(
            id="brightness-not-covered",
            severity="warning",
            advice="add photos as dark or as bright as those that are named",
        ),
        Kind(
            id="contrast-not-covered",
            severity="note",
            advice="add photos as flat or as hard as those that are named",
        ),
        Kind(
            id="no-faces",
            severity="note",
            advice="add portraits if the model is to see people",
        ),
        Kind(
            id="face-sizes-not-covered",
            severity="warning",
            advice="add faces as near or as far as those that are named",
        ),
        Kind(
            id="skin-tones-not-covered",
            severity="warning",
            advice="add portraits of people of these tones, in several lights",
        ),
        Kind(
            id="ranges-growing",
            severity="warning",
            advice="add photos until a further one widens the ranges by less than 1 %",
        ),
        Kind(
            id="ranges-exceeded",
            severity="warning",
            advice="add photos like those that are named: int8 cuts off what they need",
        ),
        Kind(
            id="one-photo-stretches",
            severity="note",
            advice="look at these photos: what is rare in them costs all others precision",
        ),
    )
}


def found(kind: str, told: str, photos: Iterable[str] = ()) -> Finding:
    """A finding of a known kind."""
    of = KINDS[kind]
    return Finding(
        id=kind, severity=of.severity, told=told, photos=tuple(photos), advice=of.advice
    )
