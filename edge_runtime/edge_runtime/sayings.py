"""Results as a short answer for a person at a terminal."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from edge_runtime.results import Faces, Labels, Mask, Objects, Picture

if TYPE_CHECKING:
    from edge_runtime.results import Face


@singledispatch
def say(value: object) -> str:
    """One line, or one line and an indented one for each thing found."""
    raise TypeError(f"nothing to say of {type(value).__name__}")


@say.register
def _(value: Mask) -> str:
    return f"a person on {value.probability.mean():.1%} of the picture"


@say.register
def _(value: Picture) -> str:
    height, width = value.pixels.shape[:2]
    return f"a picture of {width}x{height}"


@say.register
def _(value: Labels) -> str:
    return "; ".join(f"{found.label} {found.score:.1%}" for found in value.labels)


@say.register
def _(value: Objects) -> str:
    lines = [f"{x.label} {x.score:.1%} at {_box(x.box_xyxy)}" for x in value.objects]
    return "\n  ".join([_count(len(lines), "object"), *lines])


@say.register
def _(value: Faces) -> str:
    return "\n  ".join([_count(len(value.faces), "face"), *map(_face, value.faces)])


def _face(face: Face) -> str:
    words = [f"{face.score:.1%} at {_box(face.box_xyxy)}"]
    if face.landmarks is not None:
        words.append(f"{len(face.landmarks)} points")
    if face.smile is not None:
        words.append(f"smile {face.smile:.1%}")
    if face.expressions:
        words.append("looks " + max(face.expressions, key=face.expressions.__getitem__))
    return ", ".join(words)


def _box(box_xyxy: tuple[float, float, float, float]) -> str:
    x0, y0, x1, y1 = (round(value) for value in box_xyxy)
    return f"x {x0}-{x1}, y {y0}-{y1}"


def _count(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"
