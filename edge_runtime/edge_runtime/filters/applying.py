"""A filter on a picture of which everything is known already: no file, no model, no network.

This is what a film calls for every frame::

    sunny = Filter.preset("sunny")
    frame = sunny.apply(rgb, Scene(faces=faces, alpha=alpha, seconds=number / 30))
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import cv2
import numpy as np

from edge_runtime.errors import PocketLensError
from edge_runtime.filters import recipe as r
from edge_runtime.filters.anchors import face_anchor
from edge_runtime.filters.backgrounds import Backdrops, paint_scenery
from edge_runtime.filters.conditions import split
from edge_runtime.filters.defocus import defocused
from edge_runtime.filters.grading import graded, lit
from edge_runtime.filters.layering import over
from edge_runtime.filters.particles import paint_particles
from edge_runtime.filters.shapes import Brush
from edge_runtime.filters.sprites import Sprites

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from edge_runtime.filters.anchors import Anchor
    from edge_runtime.filters.art import Art
    from edge_runtime.filters.scene import Scene

    Pixels: TypeAlias = NDArray[np.uint8]
    Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawable:
    """A recipe that is ready: its layers, those that it includes among them, and all the art
    that they name."""

    layers: Sequence[r.Layer]
    art: Mapping[str, Art] = field(default_factory=dict)
    backdrops: Backdrops = field(default_factory=Backdrops)

    @cached_property
    def sprites(self) -> Sprites:
        """The art as it was painted for the frames before."""
        return Sprites(self.art)


@dataclass(kw_only=True, eq=False)
class _Work:
    """The picture as far as it is done."""

    rgb: Pixels
    scene: Scene
    drawable: Drawable
    owned: bool = False

    def canvas(self) -> Pixels:
        """The picture to be painted on; the caller's own is left alone."""
        if not self.owned:
            self.rgb, self.owned = self.rgb.copy(), True
        return self.rgb

    def put(self, rgb: Pixels) -> None:
        """Another picture instead."""
        self.owned = self.owned or rgb is not self.rgb
        self.rgb = rgb

    @cached_property
    def background(self) -> Floats | None:
        """How much of a pixel is no person, float32 [H, W] in 0..1."""
        alpha = self.scene.alpha
        return None if alpha is None else np.float32(1) - alpha * np.float32(1 / 255)

    def free(self, place: r.Place) -> Floats | None:
        """Where may be painted: not on the person, when it is behind."""
        return self.background if place == "behind" else None


def apply(rgb: Pixels, scene: Scene, drawable: Drawable) -> Pixels:
    """The filtered picture, uint8 [H, W, 3]; ``rgb`` of that shape is not written to.

    Deterministic: the same picture, scene and recipe give the same bytes.  Raises
    ``PocketLensError`` where the scene has no painting in a style that the recipe wants.
    """
    work = _Work(rgb=np.ascontiguousarray(rgb), scene=scene, drawable=drawable)
    _carry_out(drawable.layers, work, scene)
    return work.rgb.copy() if work.rgb is rgb else work.rgb


def _carry_out(layers: Sequence[r.Layer], work: _Work, scene: Scene) -> None:
    """``scene`` has the faces that the layers are for."""
    for layer in layers:
        if isinstance(layer, r.Choose):
            for chosen, those in zip(
                (layer.then, layer.otherwise), split(layer.when, scene), strict=True
            ):
                if those is not None:
                    _carry_out(chosen, work, those)
        else:
            work.scene = scene
            _PAINTERS[type(layer)](layer, work)


def _background(layer: r.Background, work: _Work) -> None:
    """Nobody in the picture: there is nothing to put a background behind."""
    alpha = work.scene.alpha
    if alpha is not None:
        size_wh = (alpha.shape[1], alpha.shape[0])
        behind = work.drawable.backdrops.of(layer, work.drawable.art, size_wh)
        work.put(over(work.rgb, behind, alpha))


def _blur(layer: r.Blur, work: _Work) -> None:
    work.put(defocused(work.rgb, work.scene, layer.strength))


def _style(layer: r.Restyle, work: _Work) -> None:
    painted = work.scene.painted.get(layer.mix)
    if painted is None:
        raise PocketLensError(
            f"the scene has no painting in the style {layer.mix!r}: put it into 'painted'"
        )
    mixed = cv2.addWeighted(work.rgb, 1 - layer.strength, painted, layer.strength, 0)
    _put_on(work, layer.on, cast("Pixels", mixed))


def _grade(layer: r.Grade, work: _Work) -> None:
    _put_on(work, layer.on, graded(work.rgb, layer))


def _light(layer: r.Light, work: _Work) -> None:
    _put_on(work, layer.on, lit(work.rgb, layer))


def _put_on(work: _Work, area: r.Area, rgb: Pixels) -> None:
    """Put another picture where ``area`` says; without a mask nobody is in the picture."""
    background = work.background
    if area == "photo" or (background is None and area == "background"):
        work.put(rgb)
    elif background is not None:
        person = np.float32(1) - background
        rest, share = (background, person) if area == "person" else (person, background)
        work.put(cast("Pixels", cv2.blendLinear(work.rgb, rgb, rest, share)))


def _particles(layer: r.Particles, work: _Work) -> None:
    sprites, free = work.drawable.sprites, work.free(layer.place)
    paint_particles(work.canvas(), sprites, layer, work.scene.seconds, free)


def _scenery(layer: r.Scenery, work: _Work) -> None:
    free = work.free(layer.place)
    paint_scenery(work.canvas(), work.drawable.art[layer.art], layer, free)


def _sticker(layer: r.Sticker, work: _Work) -> None:
    """The small faces, which are the far ones, first."""
    art = work.drawable.art[layer.art]
    anchors = [
        _fastened(art, face.landmarks).scaled(layer.scale)
        for face in work.scene.faces
        if face.landmarks is not None
    ]
    for anchor in sorted(anchors, key=lambda one: one.scale):
        brush = Brush(anchor=anchor, opacity=layer.opacity)
        work.drawable.sprites.paint(work.canvas(), layer.art, brush)


def _fastened(art: Art, landmarks: Floats) -> Anchor:
    anchor = face_anchor(landmarks, art.anchor or "eyes")
    return anchor.rounded(art.z) if art.round else anchor


_PAINTERS: dict[type, Callable[[Any, _Work], None]] = {
    r.Background: _background,
    r.Blur: _blur,
    r.Restyle: _style,
    r.Grade: _grade,
    r.Light: _light,
    r.Particles: _particles,
    r.Scenery: _scenery,
    r.Sticker: _sticker,
}
