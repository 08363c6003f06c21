"""A mask at the model's size to a mask at the photo's."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.results import Mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.contract import UpsampleMask
    from edge_runtime.geometry import Placement
    from edge_runtime.postprocess import Outputs, Scene


def upsample_mask(step: UpsampleMask, outputs: Outputs, scene: Scene) -> Mask:
    """``upsample-mask``."""
    plane = outputs[step.output][0, :, :, 0]
    return Mask(probability=spread(plane, scene.placement, scene.size_wh))


def spread(
    plane: NDArray[np.float32], placement: Placement, size_wh: tuple[int, int]
) -> NDArray[np.float32]:
    """A plane [h, w] over the input, as one over the photo [H, W].

    What a letterbox added is cut off, what a crop left out repeats the edge.  The photo's
    border is taken to lie at the nearest whole pixel of the plane.
    """
    top, bottom, left, right = _over_photo(placement, plane.shape, size_wh)
    height, width = plane.shape
    before, after = (
        (max(0, -top), max(0, -left)),
        (max(0, bottom - height), max(0, right - width)),
    )
    if any(before + after):
        plane = np.pad(plane, tuple(zip(before, after, strict=True)), mode="edge")
    part = plane[top + before[0] : bottom + before[0], left + before[1] : right + before[1]]
    spread_out = cv2.resize(part, size_wh, interpolation=cv2.INTER_LINEAR)
    return cast("NDArray[np.float32]", spread_out)


@lru_cache(maxsize=64)
def _over_photo(
    placement: Placement, shape: tuple[int, ...], size_wh: tuple[int, int]
) -> tuple[int, int, int, int]:
    """The rows from top to bottom and the columns from left to right of the plane that lie
    over the photo; some may lie outside the plane."""
    height, width = shape
    corners = placement.inverse_points(np.array([(0, 0), size_wh])) * (width, height)
    (left, top), (right, bottom) = np.rint(corners).astype(int).tolist()
    return top, max(bottom, top + 1), left, max(right, left + 1)
