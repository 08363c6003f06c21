"""What can be painted of results, read from their JSON: whether computed now or kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import numpy as np

from edge_runtime.drawing import ACCENT, SMILE, colour_of
from edge_runtime.typed_reading import from_json
from edge_server.api.wire import mask_of_runs
from edge_server.people.appearance import look_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from edge_server.analysis.findings import Finding

Box: TypeAlias = tuple[float, float, float, float]
Colour: TypeAlias = tuple[int, int, int]

LINE = (94, 170, 255)
PERSON = (235, 110, 160)
_NOBODY = "unknown"
# Two boxes that share so much of what both cover are of the same thing.
_SAME = 0.6
_MOST_NOTES, _LEAST = 4, 0.05


class Gender(msgspec.Struct, frozen=True, kw_only=True):
    """A guess, and the probability that the network gives it."""

    label: str
    probability: float


class Outlined(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of anything that has a place in the photo; results have more of them."""

    box: Box | None = None
    polygon: tuple[tuple[float, float], ...] = ()
    label: str = ""
    name: str | None = None
    text: str = ""
    score: float | None = None
    smile: float | None = None
    age: float | None = None
    gender: Gender | None = None
    points: dict[str, tuple[float, float]] = {}
    landmarks: tuple[tuple[float, float, float], ...] = ()
    mask: dict[str, Any] | None = None
    share: float = 0.0
    colour: Colour | None = None


class Readable(msgspec.Struct, frozen=True, kw_only=True):
    """The lists of results that can be painted; each result has one or two of them."""

    faces: tuple[Outlined, ...] = ()
    objects: tuple[Outlined, ...] = ()
    instances: tuple[Outlined, ...] = ()
    lines: tuple[Outlined, ...] = ()
    labels: tuple[Outlined, ...] = ()
    classes: tuple[Outlined, ...] = ()
    caption: str = ""
    person: float | None = None
    mask: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A box or a polygon, in pixels, with what is said of it.

    Tags of one ``kind`` whose boxes are the same are one thing that several analyses found.
    """

    kind: str
    box: Box
    texts: tuple[str, ...]
    colour: Colour
    polygon: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Marks:
    """All that is painted: ``areas`` are masks, bool [H, W]; ``dots`` x, y and the width of
    the thing that they are on; ``notes`` are about the whole photo.
    """

    areas: list[tuple[NDArray[np.bool_], Colour]] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    dots: list[tuple[float, float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def marks_of(findings: Mapping[str, Finding]) -> Marks:
    """The marks of these analyses, those of one thing put together."""
    marks = Marks()
    for finding in findings.values():
        _read(from_json(finding.result, Readable), marks)
    merged = _merged(marks.tags)
    marks.tags.clear()
    marks.tags.extend(merged)
    return marks


def _read(seen: Readable, marks: Marks) -> None:
    for face in seen.faces:
        _add_face(face, marks)
    for thing in (*seen.objects, *seen.instances):
        _add(thing, "thing", colour_of(thing.label), marks)
    for line in seen.lines:
        _add(line, "line", LINE, marks)
    for one in seen.classes:
        if one.mask is not None and one.label != "background":
            marks.areas.append((mask_of_runs(one.mask), one.colour or colour_of(one.label)))
    if seen.mask is not None and seen.person is not None:
        marks.areas.append((mask_of_runs(seen.mask), PERSON))
    marks.notes.extend([seen.caption] if seen.caption else [])
    best = [x for x in seen.labels if (x.score or 0) >= _LEAST][:_MOST_NOTES]
    marks.notes.extend(f"{one.score or 0:.0%}  {one.label.split(',')[0]}" for one in best)


def _add_face(face: Outlined, marks: Marks) -> None:
    smiles = face.smile is not None and face.smile >= 0.5
    _add(face, "face", SMILE if smiles else ACCENT, marks)
    width = 0.0 if face.box is None else face.box[2] - face.box[0]
    marks.dots.extend((x, y, width) for x, y in face.points.values())
    marks.dots.extend((x, y, width / 3) for x, y, _ in face.landmarks)


def _add(one: Outlined, kind: str, colour: Colour, marks: Marks) -> None:
    box = one.box or _around(one.polygon)
    if box is None:
        return
    if one.mask is not None:
        marks.areas.append((mask_of_runs(one.mask), colour))
    texts = tuple(_texts(one, kind))
    tag = Tag(kind=kind, box=box, texts=texts, colour=colour, polygon=one.polygon)
    marks.tags.append(tag)


def _texts(one: Outlined, kind: str) -> Iterable[str]:
    if one.name and one.name != _NOBODY:
        yield one.name
    if one.smile is not None:
        yield f"smile {one.smile:.0%}"
    elif one.age is not None and one.gender is not None:
        yield look_of(one.age, one.gender.label, one.gender.probability)
    elif kind == "face" and one.score is not None:
        yield f"face {one.score:.0%}"
    if one.label:
        yield f"{one.label} {one.score or 0:.0%}"
    if one.text:
        yield one.text


def _around(polygon: tuple[tuple[float, float], ...]) -> Box | None:
    if not polygon:
        return None
    corners = np.array(polygon)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _merged(tags: list[Tag]) -> list[Tag]:
    found: list[Tag] = []
    for tag in tags:
        same = next((x for x in found if x.kind == tag.kind and _are_one(x, tag)), None)
        if same is None:
            found.append(tag)
        else:
            found[found.index(same)] = _joined(same, tag)
    return found


def _are_one(one: Tag, other: Tag) -> bool:
    if one.kind == "thing" and _words(one.texts) != _words(other.texts):
        return False
    return one.kind != "line" and overlap(one.box, other.box) >= _SAME


def _words(texts: tuple[str, ...]) -> list[str]:
    """The texts without their percentages."""
    return [text.rpartition(" ")[0] if text.endswith("%") else text for text in texts]


def _joined(one: Tag, other: Tag) -> Tag:
    """The first, with what only the other says."""
    told = _words(one.texts)
    more = zip(_words(other.texts), other.texts, strict=True)
    texts = (*one.texts, *(text for word, text in more if word not in told))
    colour = other.colour if other.colour == SMILE else one.colour
    return Tag(kind=one.kind, box=one.box, texts=texts, colour=colour, polygon=one.polygon)


def overlap(one: Box, other: Box) -> float:
    """The area that two boxes share, as a share of the area that either covers."""
    both = shared(one, other)
    either = area(one) + area(other) - both
    return both / either if either > 0 else 0.0


def shared(one: Box, other: Box) -> float:
    """The area that two boxes share, in square pixels."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)


def area(box: Box) -> float:
    """Of a box, in square pixels."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
