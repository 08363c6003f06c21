"""A mask at the model's size to a mask at the photo's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.results import Mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.geometry import Placement
    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import PortraitSegmentation


def decode(outputs: Outputs, scene: Scene[PortraitSegmentation]) -> Mask:
    """``probability`` [1, h, w, 1] to the photo's size, bilinear."""
    return Mask(
        probability=spread(outputs["probability"][0, :, :, 0], scene.placement, scene.size_wh)
    )


def spread(
    plane: NDArray[np.float32], placement: Placement, size_wh: tuple[int, int]
) -> NDArray[np.float32]:
    """A plane [h, w] over the input, as one over the photo [H, W].

    What a letterbox added is cut off, what a crop left out repeats the edge.  The photo's
    border is taken to lie at the nearest whole pixel of the plane.
    """
    part = _over_photo(plane, placement, size_wh)
    spread_out = cv2.resize(part, size_wh, interpolation=cv2.INTER_LINEAR)
    return cast("NDArray[np.float32]", spread_out)


def _over_photo(
    plane: NDArray[np.float32], placement: Placement, size_wh: tuple[int, int]
) -> NDArray[np.float32]:
    height, width = plane.shape
    corners = placement.inverse_points(np.array([(0, 0), size_wh])) * (width, height)
    (x0, y0), (x1, y1) = np.rint(corners).astype(int).tolist()
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    before, after = (max(0, -y0), max(0, -x0)), (max(0, y1 - height), max(0, x1 - width))
    if any(before + after):
        plane = np.pad(plane, tuple(zip(before, after, strict=True)), mode="edge")
    return plane[y0 + before[0] : y1 + before[0], x0 + before[1] : x1 + before[1]]
