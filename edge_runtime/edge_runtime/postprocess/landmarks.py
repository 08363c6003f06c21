"""The face mesh's points to pixels of the photo (arXiv 1907.06724)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.contract import KeepPresent, MapPoints
    from edge_runtime.postprocess import Outputs, Scene


def keep_present(step: KeepPresent, outputs: Outputs, scene: Scene) -> Outputs | None:
    """``keep-present``: the outputs, or none where the crop shows no face."""
    del scene
    return outputs if outputs[step.output][0, 0] >= step.threshold else None


def map_points(step: MapPoints, outputs: Outputs, scene: Scene) -> NDArray[np.float32]:
    """``map-points``."""
    points = outputs[step.output][0].astype(np.float64)
    placed: NDArray[np.float32] = np.empty(points.shape, np.float32)
    placed[:, :2] = scene.placement.points(points[:, :2])
    placed[:, 2] = points[:, 2] * scene.placement.side
    return placed
