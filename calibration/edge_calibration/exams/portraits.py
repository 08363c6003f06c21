"""Portrait segmentation: the masks' overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image

from edge_calibration.exams import WholePhoto
from edge_calibration.metrics import Metric, mask_iou
from edge_runtime.program import decode
from edge_runtime.results import Mask

if TYPE_CHECKING:
    from edge_calibration.exams import Pixels
    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import PortraitSegmentation

SHADE = np.array([255, 64, 160])


class PortraitExam(WholePhoto):
    """Portraits: what the model is for; it is not reliable where there is no person."""

    tags = ("portrait",)

    def __init__(self, task: PortraitSegmentation) -> None:
        self._threshold = task.threshold
        self.metrics = (
            Metric(
                name="iou",
                title="overlap of the masks (intersection over union)",
                unit="",
                better="more",
                compare=self._iou,
            ),
            Metric(
                name="probability_difference",
                title="mean difference of the probability",
                unit="",
                better="less",
                compare=_difference,
            ),
        )

    def decode(self, outputs: Outputs, scene: Scene) -> Mask:
        """The mask at the photo's size."""
        return cast("Mask", decode(outputs, scene))

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Mask:
        """By Pillow's bilinear filter, over what of the input lies in the photo."""
        plane = outputs["probability"][0, :, :, 0]
        high, wide = plane.shape
        corners = scene.placement.inverse_points(np.array([(0, 0), scene.size_wh]))
        (left, top), (right, bottom) = (corners * (wide, high)).clip(0, (wide, high)).tolist()
        resized = Image.fromarray(plane).resize(
            scene.size_wh, Image.Resampling.BILINEAR, (left, top, right, bottom)
        )
        return Mask(probability=np.asarray(resized))

    def picture(self, rgb: Pixels, result: Mask) -> Pixels:
        """The person in colour."""
        share = 0.65 * (result.probability >= self._threshold)[..., np.newaxis]
        shaded: Pixels = np.rint(rgb * (1 - share) + SHADE * share).astype(np.uint8)
        return shaded

    def _iou(self, made: Mask, wanted: Mask) -> float | None:
        limit = self._threshold
        return mask_iou(made.probability >= limit, wanted.probability >= limit)


def _difference(made: Mask, wanted: Mask) -> float:
    return float(np.abs(made.probability - wanted.probability).mean())
