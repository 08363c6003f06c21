"""Style transfer: how far the pixels are off."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image

from edge_calibration.exams import View
from edge_calibration.metrics import Metric, mean_difference, psnr_db
from edge_runtime.painting import ANY_MODEL
from edge_runtime.program import decode
from edge_runtime.results import Picture
from edge_runtime.spec import StylePrediction, StyleTransferAny
from edge_runtime.testcard import draw_portrait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edge_calibration.exams import Pixels
    from edge_runtime.contract import EmbedStyle, MixStyles
    from edge_runtime.pipeline import Lens
    from edge_runtime.postprocess import Outputs, Scene

MOST_PHOTOS = 26  # painting is slow; as many as there are learnt styles
# First, because decibels do not add up and the costs of a waterfall's steps have to.
DIFFERENCE = Metric(
    name="pixel_difference",
    title="mean difference of the painted pixels, 0..255",
    unit="grey levels",
    better="less",
    compare=lambda made, wanted: mean_difference(made.pixels, wanted.pixels),
)
PSNR = Metric(
    name="psnr_db",
    title="peak signal-to-noise ratio of the painted pixels",
    unit="dB",
    better="more",
    compare=lambda made, wanted: psnr_db(made.pixels, wanted.pixels),
)


class _Painted:
    """What comes out is a picture."""

    tags: tuple[str, ...] = ()
    most_photos = MOST_PHOTOS
    metrics = (DIFFERENCE, PSNR)

    def decode(self, outputs: Outputs, scene: Scene) -> Picture:
        """The picture at the photo's size."""
        return cast("Picture", decode(outputs, scene))

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Picture:
        """By Pillow's bicubic filter."""
        painted = np.rint(outputs["picture"][0].clip(0, 255)).astype(np.uint8)
        resized = Image.fromarray(painted).resize(scene.size_wh, Image.Resampling.BICUBIC)
        return Picture(pixels=np.asarray(resized))

    def picture(self, rgb: Pixels, result: Picture) -> Pixels:
        """What was painted."""
        del rgb
        return result.pixels


class MixExam(_Painted):
    """The learnt styles, another one for every photo."""

    def __init__(self, step: MixStyles) -> None:
        self._styles = np.eye(step.styles, dtype=np.float32)
        self._vector = step.input
        self._seen = 0

    def views(self, lens: Lens, photo: str, rgb: Pixels) -> Sequence[View]:
        """All of the photo, in the next style."""
        del lens, rgb
        style = self._styles[self._seen % len(self._styles)][np.newaxis]
        self._seen += 1
        return (View(photo=photo, vectors={self._vector: style}),)


class AnyStyleExam(_Painted):
    """Each photo in the style of the one before it."""

    def __init__(self, step: EmbedStyle) -> None:
        self._predictor = step.model
        self._vector = step.input
        self._style: NDArray[np.float32] | None = None

    def views(self, lens: Lens, photo: str, rgb: Pixels) -> Sequence[View]:
        """All of the photo, in the style that the predictor that ships sees in the last."""
        predictor = lens.helper(self._predictor, StylePrediction)
        own = predictor.predict(rgb).value.values
        style, self._style = self._style, own
        return (View(photo=photo, vectors={self._vector: own if style is None else style}),)


class StyleVectorExam:
    """A style is as good as what is painted in it: one drawn portrait, by the model that
    ships."""

    tags: tuple[str, ...] = ()
    most_photos = MOST_PHOTOS
    metrics = (DIFFERENCE, PSNR)

    def __init__(self) -> None:
        self._lens: Lens | None = None

    def views(self, lens: Lens, photo: str, rgb: Pixels) -> Sequence[View]:
        """All of the photo."""
        del rgb
        self._lens = lens
        return (View(photo=photo),)

    def decode(self, outputs: Outputs, scene: Scene) -> Picture:
        """The portrait in the style."""
        if self._lens is None:
            raise RuntimeError("views() comes before decode()")
        painter = self._lens.helper(ANY_MODEL, StyleTransferAny)
        vectors = {painter.spec.vectors[0].name: decode(outputs, scene).values}
        size = painter.size_hw
        return cast("Picture", painter.predict(draw_portrait(size[1], size[0]), vectors).value)

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Picture:
        """A vector is as it is: nothing differs here."""
        return self.decode(outputs, scene)

    def picture(self, rgb: Pixels, result: Picture) -> Pixels:
        """What was painted."""
        del rgb
        return result.pixels
