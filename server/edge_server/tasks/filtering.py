"""``/v1/filter``: the filters of ``edge_runtime``, also with a background of one's own."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec
import numpy as np

from edge_runtime.compose import background_named, picture_behind
from edge_runtime.filters import recipe as r
from edge_runtime.filters.applying import Drawable, apply
from edge_runtime.filters.filter import Filter
from edge_runtime.filters.layering import over
from edge_runtime.filters.needs import needs_of
from edge_runtime.filters.observing import observe
from edge_runtime.results import Picture, Prediction, Timings
from edge_runtime.spec import Record
from edge_runtime.transparency import on_white
from edge_server.problems import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from edge_runtime import Lens
    from edge_server.tasks.light import Asked

    Pixels = NDArray[np.uint8]

Word: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]


class FilterParams(Record, frozen=True, kw_only=True):
    """``preset``: a filter of the bundle, such as ``mood``, which goes by faces and smiles.
    ``background``: ``blur``, a CSS colour or words such as ``rainbow,texture``, behind people
    instead of what the preset has there; a picture sent as ``background_image`` goes before.
    """

    preset: Word = "mood"
    background: Word = ""


def filtered(lens: Lens, asked: Asked) -> Prediction[Picture]:
    """The photo with a filter; one that blurs by depth does so by the mask of the person."""
    began = perf_counter()
    params: FilterParams = asked.params
    made = Filter.preset(params.preset, lens.bundle.folder)
    if params.background or asked.pictures:
        rgb = _with_own_background(lens, asked, made)
    else:
        rgb = made.apply(_rgb(asked), observe(lens, asked.photo, made.needs).scene)
    return Prediction(
        value=Picture(pixels=rgb),
        model=asked.model,
        variant=lens.bundle.entry(asked.model).spec.ships["tflite"],
        ms=Timings(run=1000 * (perf_counter() - began)),
    )


def without_backgrounds(layers: Sequence[r.Layer]) -> tuple[r.Layer, ...]:
    """The same layers but those that put another background behind people."""
    return tuple(_kept(layers))


def _kept(layers: Sequence[r.Layer]) -> Iterator[r.Layer]:
    for layer in layers:
        if isinstance(layer, r.Choose):
            yield msgspec.structs.replace(
                layer,
                then=without_backgrounds(layer.then),
                otherwise=without_backgrounds(layer.otherwise),
            )
        elif not isinstance(layer, r.Background):
            yield layer


def _with_own_background(lens: Lens, asked: Asked, made: Filter) -> Pixels:
    """People before another background, then the filter's other layers on both."""
    layers = without_backgrounds(made.drawable.layers)
    needs = replace(needs_of(layers), mask=True)
    scene = observe(lens, asked.photo, needs).scene
    alpha = (
        np.zeros(asked.photo.rgb.shape[:2], np.uint8) if scene.alpha is None else scene.alpha
    )
    behind = _behind(asked, alpha)
    drawable = Drawable(layers=layers, art=made.drawable.art)
    return apply(over(_rgb(asked), behind, alpha), scene, drawable)


def _rgb(asked: Asked) -> Pixels:
    """What is transparent is white, where no other background is."""
    return on_white(asked.photo.rgb, asked.photo.alpha)


def _behind(asked: Asked, alpha: Pixels) -> Pixels:
    rgb, picture = _rgb(asked), asked.pictures.get("background_image")
    if picture is not None:
        return picture_behind(on_white(picture.rgb, picture.alpha), rgb)
    share = alpha.astype(np.float32) * np.float32(1 / 255)
    behind = background_named(asked.params.background, rgb, share)
    if behind is None:
        raise InvalidParameter("a filter paints on a background: name another than transparent")
    return behind
