"""What a filter is, as data: layers that lie over each other, and tests that choose them.

A recipe is a JSON file in ``mobile_assets/filters``.  Places and lengths on the photo are in
0..1 of its width and height; sizes and speeds in heights of the photo, so that another size
is the same picture.  The layers are carried out in their order.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from edge_runtime.record import Record

Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Signed: TypeAlias = Annotated[float, Meta(ge=-1, le=1)]
Degrees: TypeAlias = Annotated[float, Meta(ge=0, le=90)]
Size: TypeAlias = Annotated[float, Meta(gt=0, le=4)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=1000)]
Name: TypeAlias = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]*$", max_length=40)]
Colour: TypeAlias = Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")]
Coordinate: TypeAlias = Annotated[float, Meta(ge=-100, le=100)]
Point: TypeAlias = tuple[Coordinate, Coordinate]
Quantifier: TypeAlias = Literal["any", "all", "each"]
Area: TypeAlias = Literal["photo", "background", "person"]
Place: TypeAlias = Literal["front", "behind"]


class Smiling(Record, tag_field="test", tag="smiling", frozen=True, kw_only=True):
    """A face smiles with a probability of ``least`` or more.

    ``of``: ``any`` face, ``all`` of them (and there is one), or ``each``: the question is
    asked of every face by itself, and its stickers go by its own answer.
    """

    of: Quantifier = "any"
    least: Share = 0.5


class Tilted(Record, tag_field="test", tag="tilted", frozen=True, kw_only=True):
    """A head leans to a shoulder by ``least`` degrees or more."""

    of: Quantifier = "any"
    least: Degrees = 15.0


class Turned(Record, tag_field="test", tag="turned", frozen=True, kw_only=True):
    """A head looks to a side by ``least`` degrees or more."""

    of: Quantifier = "any"
    least: Degrees = 20.0


class FaceCount(Record, tag_field="test", tag="faces", frozen=True, kw_only=True):
    """There are ``least`` faces or more, and no more than ``most``."""

    least: Count = 1
    most: Count | None = None


class Person(Record, tag_field="test", tag="person", frozen=True, kw_only=True):
    """A person covers ``least`` of the photo or more."""

    least: Share = 0.02


class Not(Record, tag_field="test", tag="not", frozen=True, kw_only=True):
    """The other way round."""

    that: Test


class Both(Record, tag_field="test", tag="both", frozen=True, kw_only=True):
    """All of these hold."""

    tests: Annotated[tuple[Test, ...], Meta(min_length=1)]


class Either(Record, tag_field="test", tag="either", frozen=True, kw_only=True):
    """One of these holds, or more."""

    tests: Annotated[tuple[Test, ...], Meta(min_length=1)]


Test: TypeAlias = Smiling | Tilted | Turned | FaceCount | Person | Not | Both | Either


class Blur(Record, tag_field="do", tag="blur", frozen=True, kw_only=True):
    """What is behind the person out of focus, the more the farther it is.

    Without depths everything behind the person is equally far.  ``strength``: the widest
    blur as a share of 1/20 of the photo's longer side.
    """

    strength: Share = 0.6


class Restyle(Record, tag_field="do", tag="style", frozen=True, kw_only=True):
    """The background painted in a ``mix`` of learnt styles: ``"7"``, ``"3:0.5,12:0.5"``."""

    mix: Annotated[str, Meta(min_length=1, max_length=60)]
    strength: Share = 1.0
    on: Area = "background"


class Grade(Record, tag_field="do", tag="grade", frozen=True, kw_only=True):
    """Other light and colours.

    ``exposure``: stops, -2..2.  ``contrast``, ``saturation``: -1 (none) to 1.  ``warmth``: -1
    (blue) to 1 (orange).  ``shade``: as much of ``colour`` is laid over.  ``vignette``: how
    much darker the corners are.
    """

    on: Area = "photo"
    exposure: Annotated[float, Meta(ge=-2, le=2)] = 0.0
    contrast: Signed = 0.0
    saturation: Signed = 0.0
    warmth: Signed = 0.0
    colour: Colour = "#000000"
    shade: Share = 0.0
    vignette: Share = 0.0


class Light(Record, tag_field="do", tag="light", frozen=True, kw_only=True):
    """A soft light from a place: brightest ``at`` it, gone ``reach`` heights away."""

    at: Point
    colour: Colour
    reach: Size = 1.0
    strength: Share = 0.5
    on: Area = "photo"


class Particles(Record, tag_field="do", tag="particles", frozen=True, kw_only=True):
    """Many small pieces of ``art`` in the air, behind the person or in front.

    ``size``: of the smallest and the largest, in heights.  ``velocity``: heights a second, of
    the largest, the small ones being farther away; ``sway``: how far they swing sideways;
    ``turn``: degrees by which each is turned, at most; ``spin``: degrees a second at most.
    ``colours``: what the pieces take in turn instead of the first shape's own, where the art
    has plain colours only.  The same ``seed`` gives the same pieces.
    """

    art: Name
    count: Count
    size: tuple[Size, Size]
    velocity: Point = (0.0, 0.0)
    sway: Share = 0.0
    turn: Annotated[float, Meta(ge=0, le=180)] = 0.0
    spin: Annotated[float, Meta(ge=0, le=720)] = 0.0
    opacity: Share = 1.0
    colours: Annotated[tuple[Colour, ...], Meta(max_length=12)] = ()
    place: Place = "front"
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 0


class Scenery(Record, tag_field="do", tag="scenery", frozen=True, kw_only=True):
    """One piece of ``art`` on the photo, its middle ``at`` a place, ``size`` heights large."""

    art: Name
    at: Point
    size: Size
    turn: Annotated[float, Meta(ge=-180, le=180)] = 0.0
    opacity: Share = 1.0
    place: Place = "behind"


class Background(Record, tag_field="do", tag="background", frozen=True, kw_only=True):
    """Another background, of the ``words`` of ``edge-run background``: ``sky,clouds``; with
    ``scenery`` in it, all of which is behind the person."""

    words: str
    scenery: tuple[Scenery, ...] = ()


class Sticker(Record, tag_field="do", tag="sticker", frozen=True, kw_only=True):
    """``art`` on each face, where the art itself says; it turns and leans with the head."""

    art: Name
    scale: Annotated[float, Meta(ge=0.2, le=5)] = 1.0
    opacity: Share = 1.0


class Include(Record, tag_field="do", tag="include", frozen=True, kw_only=True):
    """The layers of another recipe."""

    recipe: Name


class Choose(Record, tag_field="do", tag="choose", frozen=True, kw_only=True):
    """One list of layers where the test holds, another where it does not.

    A test of ``each`` face gives the faces that pass to ``then`` and the others to
    ``otherwise``; both may then hold stickers only, as a photo has only one background.
    """

    when: Test
    then: tuple[Layer, ...] = ()
    otherwise: tuple[Layer, ...] = ()


Layer: TypeAlias = (
    Background
    | Blur
    | Restyle
    | Grade
    | Light
    | Particles
    | Scenery
    | Sticker
    | Include
    | Choose
)


class Recipe(Record, frozen=True, kw_only=True):
    """A filter: its ``title``, one line that says what it does, its layers."""

    title: Annotated[str, Meta(min_length=1, max_length=40)]
    about: Annotated[str, Meta(min_length=1, max_length=120)]
    layers: tuple[Layer, ...]
