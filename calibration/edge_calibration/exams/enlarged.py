"""Super-resolution: how far the pixels of an enlarged part of a photo are off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from edge_calibration.exams import View
from edge_calibration.exams.paintings import DIFFERENCE, PSNR
from edge_runtime.geometry import Placement
from edge_runtime.program import decode
from edge_runtime.results import Picture
from edge_runtime.windows import Stretch, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edge_calibration.exams import Pixels
    from edge_runtime.pipeline import Lens
    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import ModelSpec


class EnlargedExam:
    """The middle of each photo, as large as the input, all of it kept."""

    tags: tuple[str, ...] = ()
    most_photos = 60  # a window takes as long as a whole photo of another model
    metrics = (DIFFERENCE, PSNR)

    def __init__(self, spec: ModelSpec) -> None:
        self._size_hw = spec.image.size_hw
        self._output = spec.outputs[0].name

    def views(self, lens: Lens, photo: str, rgb: Pixels) -> Sequence[View]:
        """One window, its pixels the photo's own."""
        del lens
        (height, width), (high, wide) = rgb.shape[:2], self._size_hw
        x, y = (width - wide) // 2, (height - high) // 2
        return (View(photo=photo, placement=Placement.region(x, y, x + wide, y + high)),)

    def decode(self, outputs: Outputs, scene: Scene) -> Picture:
        """The window's picture, as the app rounds it."""
        high, wide = self._size_hw
        whole = Window(Stretch(0, 0, high), Stretch(0, 0, wide))
        return cast("Picture", decode(outputs, replace(scene, window=whole)))

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Picture:
        """By numpy alone."""
        del scene
        levels = np.floor(outputs[self._output][0] + 0.5).clip(0, 255)
        return Picture(pixels=levels.astype(np.uint8))

    def picture(self, rgb: Pixels, result: Picture) -> Pixels:
        """What was made."""
        del rgb
        return result.pixels
