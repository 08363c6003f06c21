"""The face mesh's points to pixels of the photo (arXiv 1907.06724)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import FaceLandmarks


def decode(outputs: Outputs, scene: Scene[FaceLandmarks]) -> NDArray[np.float32] | None:
    """``points_xyz`` [1, N, 3] to pixels [N, 3], z in the scale of x; none where
    ``presence`` [1, 1] says that the crop shows no face."""
    if outputs["presence"][0, 0] < scene.task.presence_threshold:
        return None
    points = outputs["points_xyz"][0]
    placed: NDArray[np.float32] = np.empty_like(points)
    placed[:, :2] = scene.placement.points(points[:, :2])
    placed[:, 2] = points[:, 2] * scene.placement.side
    return placed
