"""A person in front of another background: the mask's edge refined, then composed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_runtime import compose, matting
from edge_runtime.transparency import opacity, shown, with_alpha

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.results import Mask

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]


def composed(photo: Photo, mask: Mask, background: str) -> Pixels:
    """RGB [H, W, 3], or RGBA [H, W, 4] where the background is transparent, or is the photo's
    own out of focus and the photo has an alpha.
    """
    return before_named(photo, outlined(photo, mask), background, compose.background_for)


def outlined(photo: Photo, mask: Mask) -> Floats:
    """The mask, its edge refined by what is seen of the photo: float32 [H, W] in 0..1."""
    return matting.refine(shown(photo), mask.probability)


def before_named(
    photo: Photo,
    alpha: Floats,
    background: str,
    read: Callable[[str, Pixels, Floats], Pixels | None] = compose.background_named,
) -> Pixels:
    """What ``alpha`` [H, W] in 0..1 is of, before what ``background`` means, as ``read`` has
    it; ``blur`` keeps the photo's transparency, others are seen through it.
    """
    if background != compose.BLUR:
        return before(photo, alpha, read(background, photo.rgb, alpha))
    rgb, seen = shown(photo), opacity(photo)
    return with_alpha(compose.defocus_background(rgb, alpha, seen), photo.alpha)


def before(photo: Photo, alpha: Floats, behind: Pixels | None) -> Pixels:
    """The same before a picture uint8 [H, W, 3], or cut out: RGBA as opaque as ``alpha`` and
    the photo are.
    """
    rgb, seen = shown(photo), opacity(photo)
    if behind is None:
        return compose.cut_out(rgb, alpha, seen)
    return compose.replace_background(rgb, alpha, behind, seen)
