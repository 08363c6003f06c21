"""Painted pixels to a picture of the photo's size, and a style to a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.results import Picture, StyleVector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.contract import ReadVector, ResizePicture, RoundPixels
    from edge_runtime.postprocess import Outputs, Scene

    Pixels = NDArray[np.uint8]


def round_pixels(step: RoundPixels, outputs: Outputs, scene: Scene) -> Pixels:
    """``round-pixels``."""
    del scene
    return cast("Pixels", np.rint(outputs[step.output][0].clip(0, 255)).astype(np.uint8))


def resize_picture(step: ResizePicture, painted: Pixels, scene: Scene) -> Picture:
    """``resize-picture``."""
    del step
    resized = cv2.resize(painted, scene.size_wh, interpolation=cv2.INTER_CUBIC)
    return Picture(pixels=cast("Pixels", resized))


def read_vector(step: ReadVector, outputs: Outputs, scene: Scene) -> StyleVector:
    """``read-vector``."""
    del scene
    return StyleVector(values=outputs[step.output])
