"""A person in front of another background: the mask's edge refined, then composed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_runtime import compose, matting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.results import Mask


def composed(photo: Photo, mask: Mask, background: str) -> NDArray[np.uint8]:
    """RGB [H, W, 3], or RGBA [H, W, 4] where the background is transparent.

    What is transparent in the photo itself stays so.
    """
    alpha = matting.refine(photo.rgb, mask.probability)
    if photo.alpha is not None:
        alpha = alpha * (photo.alpha.astype(np.float32) * np.float32(1 / 255))
    behind = compose.background_for(background, photo.rgb, alpha)
    if behind is None:
        return compose.cut_out(photo.rgb, alpha)
    return compose.replace_background(photo.rgb, alpha, behind)
