"""How far an app may be from Python at each stage.

What harmless changes do to the golden vectors (``given``, doubled, as other photos differ),
and at least a little for each kind of step.  A JPEG that the app decoded itself adds what
another decoder does to this photo: chroma that is repeated instead of interpolated.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from edge_runtime import contract as c
from edge_runtime.errors import BundleError
from edge_runtime.golden import Tolerance, read_golden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from edge_runtime.bundle import Bundle
    from edge_runtime.spec import ModelSpec
    from edge_runtime.tracing import Arrays

MARGIN = 2.0
LOOSE = 50.0  # without golden vectors: a stage behind a graph that the app ran unseen
GOLDEN_SIDE = 240  # pixels: coordinates of larger photos may be off by more
LEAST: Mapping[type[Any], tuple[float, float]] = {
    c.DecodePhoto: (2.0, 0.05),
    c.FindFaces: (0.05, 0.02),
    c.Resize: (1.0, 0.02),
    c.CropSquare: (1.0, 0.02),
    c.WriteTensor: (0.001, 0.0001),
    c.MixStyles: (0.001, 0.0001),
    c.EmbedStyle: (0.001, 0.0001),
    c.Run: (2e-4, 1e-5),
    c.MapBoxes: (0.02, 0.01),
    c.ClipBoxes: (0.02, 0.01),
    c.Nms: (0.02, 0.01),
    c.NamePoints: (0.02, 0.01),
    c.LabelBoxes: (0.02, 0.01),
    c.MapPoints: (0.02, 0.01),
    c.RoundPixels: (1.0, 0.02),
    c.ResizePicture: (1.0, 0.02),
    c.CutWindows: (1.0, 0.02),
    c.JoinWindows: (1.0, 0.02),
}
OTHERWISE = (1e-4, 1e-5)
RESULT = Tolerance(max_abs=0.002, mean_abs=0.002)  # numbers are rounded to a thousandth
NAMES = Tolerance(max_abs=0.0, mean_abs=0.0)


class Tolerances:
    """Of one model, by stage and array."""

    def __init__(self, bundle: Bundle, spec: ModelSpec, photo_side: int = GOLDEN_SIDE) -> None:
        self._bundle, self._spec = bundle, spec
        self._grown = max(1.0, photo_side / GOLDEN_SIDE)

    def of(self, index: int, arrays: Arrays, *, chained: bool) -> dict[str, Tolerance]:
        """For each array of a stage; ``chained``: a graph before it ran on Python's values."""
        step = self._spec.program[index]
        return {name: self._one(index, step, name, chained=chained) for name in arrays}

    def of_result(self, *, chained: bool) -> dict[str, Tolerance]:
        """For the arrays of a result."""
        found = {"names": NAMES, "pixels": RESULT, "scores": RESULT}
        if chained and self._golden is not None:
            cases = self._golden.cases
            for name, most in (
                ("pixels", max(case.pixels for case in cases) * self._grown),
                ("scores", max(case.scores for case in cases)),
            ):
                worst = MARGIN * most + RESULT.max_abs
                found[name] = Tolerance(max_abs=worst, mean_abs=worst)
        return found

    def _one(self, index: int, step: Any, name: str, *, chained: bool) -> Tolerance:
        least, mean = LEAST.get(type(step), OTHERWISE)
        known = self._kept[index, name]
        given = [one.given for one in known]
        if chained:
            given = [one.from_photo or one.given for one in known]
            if not known:
                least, mean = LOOSE * least, LOOSE * mean
        span, width = self._span(step, name), self._width(step, name)
        if isinstance(step, c.DecodePhoto):
            given = []  # the photo's own noise is added: its format and colours decide
        return Tolerance(
            max_abs=width * max([least * span, *(MARGIN * one.max_abs for one in given)]),
            mean_abs=width * max([mean * span, *(MARGIN * one.mean_abs for one in given)]),
        )

    def _span(self, step: Any, name: str) -> float:
        spans = {output.name: output.span for output in self._spec.outputs}
        return spans.get(name, 1.0) if step.gives == "outputs" else 1.0

    def _width(self, step: Any, name: str) -> float:
        """How much larger the unit is than that of the golden vectors: pixels of a photo."""
        pixels = name in {"boxes", "points", "rows"} and step.gives in {"face", "faces"}
        return self._grown if pixels or isinstance(step, c.MapPoints) else 1.0

    @cached_property
    def _golden(self) -> Any:
        try:
            return read_golden(self._bundle.folder, self._spec.id)
        except BundleError:
            return None  # an app's bundle may have been made without them

    @cached_property
    def _kept(self) -> Mapping[tuple[int, str], list[Any]]:
        found: dict[tuple[int, str], list[Any]] = defaultdict(list)
        for case in self._golden.cases if self._golden else ():
            for stage in case.stages:
                for values in stage.values:
                    found[stage.index, values.name].append(values)
        return found


def widened(
    tolerances: Mapping[str, Tolerance], one: Arrays, other: Arrays
) -> dict[str, Tolerance]:
    """Wider by twice what a harmless change makes of the arrays ``one``: ``other``."""
    return {name: _wider(own, one[name], other.get(name)) for name, own in tolerances.items()}


def _wider(own: Tolerance, one: NDArray[Any], other: NDArray[Any] | None) -> Tolerance:
    if other is None or one.shape != other.shape or not one.size or one.dtype.kind == "U":
        return own
    off = np.abs(one.astype(np.float64) - other)
    return Tolerance(
        max_abs=own.max_abs + MARGIN * float(off.max()),
        mean_abs=own.mean_abs + MARGIN * float(off.mean()),
    )


def by_another_decoder(rgb: NDArray[np.uint8], *, subsampled: bool) -> NDArray[np.uint8]:
    """About what another JPEG decoder makes of the photo: values rounded to YCbCr and back,
    of a ``subsampled`` one with each 2 x 2 pixels' chroma repeated."""
    turned = np.array(Image.fromarray(rgb).convert("YCbCr"))
    if subsampled:
        high, wide = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
        chroma = turned[:high, :wide, 1:].astype(np.uint16)
        means = chroma.reshape(high // 2, 2, wide // 2, 2, 2).mean(axis=(1, 3))
        turned[:high, :wide, 1:] = np.rint(means).repeat(2, axis=0).repeat(2, axis=1)
    return np.array(Image.fromarray(turned, "YCbCr").convert("RGB"))
