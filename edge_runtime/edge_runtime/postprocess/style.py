"""Painted pixels to a picture of the photo's size, and a style to a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.results import Picture, StyleVector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import StylePrediction, StyleTransfer, StyleTransferAny


def decode(outputs: Outputs, scene: Scene[StyleTransfer] | Scene[StyleTransferAny]) -> Picture:
    """``picture`` [1, h, w, 3] in 0..255 to uint8 at the photo's size, bicubic."""
    painted = np.rint(outputs["picture"][0].clip(0, 255)).astype(np.uint8)
    resized = cv2.resize(painted, scene.size_wh, interpolation=cv2.INTER_CUBIC)
    return Picture(pixels=cast("NDArray[np.uint8]", resized))


def decode_vector(outputs: Outputs, scene: Scene[StylePrediction]) -> StyleVector:
    """``style_vector`` as it is."""
    del scene
    return StyleVector(values=outputs["style_vector"])
