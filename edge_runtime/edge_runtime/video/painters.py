"""What each task paints on a frame, of what was seen in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, cast

import cv2

from edge_runtime.drawing import draw_faces, draw_landmarks, draw_smiles
from edge_runtime.errors import VideoError
from edge_runtime.results import Faces
from edge_runtime.video.live_backgrounds import background
from edge_runtime.video.live_matte import blend, matte
from edge_runtime.video.tracking import EVERY
from edge_runtime.video.watching import Sight, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.filters import Filter
    from edge_runtime.video.live_backgrounds import Behind

    Pixels = NDArray[np.uint8]

Paint: TypeAlias = "Callable[[Pixels, Sight, float], Pixels]"
"""A frame uint8 [H, W, 3], what was seen in it and its seconds to a picture, RGB or grey."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for: the task, and what it needs to know; of a filter the name of a
    ``preset``, or a ``recipe`` of one's own."""

    task: str = "background"
    background: str = "blur"
    preset: str | None = None
    recipe: Path | None = None
    model: str | None = None
    every: int = EVERY
    smooth: bool = True
    bundle: Path | None = None


def painter(wish: Wish, size_wh: tuple[int, int]) -> tuple[Wanted, Paint]:
    """What has to be seen of a film of that size, and what paints it.

    Raises ``UnknownName`` for a background or a preset that does not exist, ``SpecError`` for
    a recipe that cannot be used.
    """
    make = PAINTERS[wish.task]
    return make(wish, size_wh)


def _background(wish: Wish, size_wh: tuple[int, int]) -> tuple[Wanted, Paint]:
    behind = background(wish.background, size_wh)
    return _wanted(wish, mask=True), partial(_in_front, behind)


def _in_front(behind: Behind, rgb: Pixels, sight: Sight, seconds: float) -> Pixels:
    del seconds
    opacity = matte(rgb, _mask(sight))
    return blend(rgb, behind(rgb, opacity), opacity)


def _segment(wish: Wish, size_wh: tuple[int, int]) -> tuple[Wanted, Paint]:
    return _wanted(wish, mask=True), partial(_grey, size_wh)


def _grey(size_wh: tuple[int, int], rgb: Pixels, sight: Sight, seconds: float) -> Pixels:
    """As the command for photos has it: 255 * probability."""
    del rgb, seconds
    whole = cv2.resize(_mask(sight), size_wh)
    return cast("Pixels", cv2.convertScaleAbs(whole, alpha=255))


def _drawn(
    draw: Callable[[Pixels, Faces], Pixels], wish: Wish, size_wh: tuple[int, int]
) -> tuple[Wanted, Paint]:
    del size_wh
    wanted = _wanted(wish, faces=True, smiles=draw is draw_smiles)
    return wanted, lambda rgb, sight, _: draw(rgb, Faces(faces=sight.faces))


def _filter(wish: Wish, size_wh: tuple[int, int]) -> tuple[Wanted, Paint]:
    del size_wh
    filtering = _chosen(wish)
    needs = filtering.needs
    wanted = _wanted(
        wish, mask=needs.mask, faces=needs.faces, smiles=needs.smiles, styles=needs.styles
    )
    return wanted, partial(_filtered, filtering)


def _chosen(wish: Wish) -> Filter:
    from edge_runtime.filters import Filter  # noqa: PLC0415  the other tasks need none

    if wish.recipe is not None:
        return Filter.load(wish.recipe, wish.bundle)
    if wish.preset is None:
        raise VideoError(
            "a filter needs a name: say which with --preset (edge-run filter --list has them), "
            "or --recipe FILE.json"
        )
    return Filter.preset(wish.preset, wish.bundle)


def _filtered(filtering: Filter, rgb: Pixels, sight: Sight, seconds: float) -> Pixels:
    from edge_runtime.filters import Scene  # noqa: PLC0415  likewise

    alpha = None if sight.mask is None else matte(rgb, sight.mask)
    scene = Scene(faces=sight.faces, alpha=alpha, painted=sight.painted, seconds=seconds)
    return filtering.apply(rgb, scene)


PAINTERS: dict[str, Callable[[Wish, tuple[int, int]], tuple[Wanted, Paint]]] = {
    "background": _background,
    "faces": partial(_drawn, draw_faces),
    "landmarks": partial(_drawn, draw_landmarks),
    "smile": partial(_drawn, draw_smiles),
    "segment": _segment,
    "filter": _filter,
}


def _wanted(
    wish: Wish,
    *,
    mask: bool = False,
    faces: bool = False,
    smiles: bool = False,
    styles: tuple[str, ...] = (),
) -> Wanted:
    return Wanted(
        mask=mask,
        faces=faces,
        smiles=smiles,
        styles=styles,
        model=wish.model,
        every=wish.every,
        smooth=wish.smooth,
    )


def _mask(sight: Sight) -> NDArray[np.float32]:
    if sight.mask is None:
        raise VideoError("no mask was looked for: ask for one")
    return sight.mask
