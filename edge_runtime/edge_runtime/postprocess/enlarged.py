"""The window of an enlarged picture that a network made: what of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.contract import CutWindows, step_of
from edge_runtime.results import Picture
from edge_runtime.windows import windows

if TYPE_CHECKING:
    from edge_runtime.contract import JoinWindows
    from edge_runtime.postprocess import Outputs, Scene


def join_windows(step: JoinWindows, outputs: Outputs, scene: Scene) -> Picture:
    """``join-windows``, of the scene's window (the photo's first one): the part to be put
    into its place."""
    made = outputs[step.output][0]
    window = scene.window
    if window is None:
        high, wide = (side // step.scale for side in made.shape[:2])
        margin = step_of(scene.program, CutWindows).margin
        window = windows(scene.size_wh[::-1], (high, wide), margin)[0]
    part = made[window.rows.kept(step.scale), window.columns.kept(step.scale)]
    return Picture(pixels=np.rint(part.clip(0, 255)).astype(np.uint8))
