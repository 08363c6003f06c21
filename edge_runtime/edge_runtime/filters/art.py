"""Vector art as data: shapes of curves, fills and gradients, on a head or in the air.

Art is a JSON file in ``mobile_assets/filters/art``.  On a face one unit is the distance
between the middles of the eyes, the origin is the spot that ``anchor`` names; x runs to the
right of the picture, y down, z away from the camera.  In the air the origin is its middle
and it is about one unit large.  A point is at z = ``z`` + ``bend`` * x * x: art that is bent
lies around the head, and narrows rightly when the head turns.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from edge_runtime.filters.recipe import Colour, Point, Share
from edge_runtime.record import Record

Spot: TypeAlias = Literal[
    "eyes", "brow", "forehead", "nose", "upper-lip", "mouth", "chin", "cheeks"
]
Blend: TypeAlias = Literal["normal", "multiply", "screen"]
Length: TypeAlias = Annotated[float, Meta(gt=0, le=20)]
Stop: TypeAlias = tuple[Share, Colour, Share]
"""Where along a gradient, which colour, how opaque."""

Stops: TypeAlias = Annotated[tuple[Stop, ...], Meta(min_length=2, max_length=12)]


class Linear(Record, tag_field="gradient", tag="linear", frozen=True, kw_only=True):
    """Colours along the line from ``start`` to ``end``."""

    start: Point
    end: Point
    stops: Stops


class Radial(Record, tag_field="gradient", tag="radial", frozen=True, kw_only=True):
    """Colours from ``centre`` to ``radius`` away from it."""

    centre: Point
    radius: Length
    stops: Stops


Fill: TypeAlias = Colour | Linear | Radial


class Shape(Record, tag_field="shape", frozen=True, kw_only=True):
    """What all shapes have.

    ``fill`` of the inside (none: not filled), ``stroke`` the width of its line, in the colour
    ``ink``.  ``soft``: the width over which its edge fades.  ``mirror``: once more on the
    other side, x turned round.  ``plane``: ``front``, or ``side``: then x is the depth z and
    the shape stands at x = ``at``, and is seen only where that side faces the camera.
    """

    fill: Fill | None = None
    stroke: Annotated[float, Meta(ge=0, le=5)] = 0.0
    ink: Colour = "#000000"
    opacity: Share = 1.0
    soft: Annotated[float, Meta(ge=0, le=2)] = 0.0
    blend: Blend = "normal"
    mirror: bool = False
    plane: Literal["front", "side"] = "front"
    at: Annotated[float, Meta(ge=-100, le=100)] = 0.0


class Path(Shape, tag="path", frozen=True, kw_only=True):
    """Lines and curves: SVG path data with the commands M, L, C, Q and Z, absolute.

    Where parts overlap, what is inside an even number of them is outside.
    """

    d: Annotated[str, Meta(min_length=1, max_length=4000)]


class Ellipse(Shape, tag="ellipse", frozen=True, kw_only=True):
    """An ellipse, ``turn`` degrees clockwise."""

    centre: Point
    radii: tuple[Length, Length]
    turn: Annotated[float, Meta(ge=-360, le=360)] = 0.0


AnyShape: TypeAlias = Path | Ellipse


class Art(Record, frozen=True, kw_only=True):
    """A sticker or a particle: its shapes in the order in which they are painted.

    ``anchor``: the spot of a face, none for what is in the air.  ``round``: a hat, which looks
    the same from all around, stands ``z`` behind its spot and does not narrow as a head turns.
    """

    title: Annotated[str, Meta(min_length=1, max_length=40)]
    anchor: Spot | None = None
    z: Annotated[float, Meta(ge=-3, le=3)] = 0.0
    bend: Annotated[float, Meta(ge=-2, le=2)] = 0.0
    round: bool = False
    shapes: Annotated[tuple[AnyShape, ...], Meta(min_length=1)]
