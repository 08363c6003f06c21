"""Smiles: how far the probability is off."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from edge_calibration.exams import View
from edge_calibration.exams.meshes import faces_of
from edge_calibration.metrics import Metric
from edge_runtime.contract import CropSquare, FindFaces, NameExpressions, step_of
from edge_runtime.drawing import draw_labels
from edge_runtime.program import decode, placement_of
from edge_runtime.results import Label, Labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edge_calibration.exams import Pixels
    from edge_runtime.contract import Steps
    from edge_runtime.pipeline import Lens
    from edge_runtime.postprocess import Outputs, Scene

    Expressions: TypeAlias = Mapping[str, float]


class SmileExam:
    """Every face that the detector finds."""

    tags = ("portrait", "face", "group")
    most_photos = 400

    def __init__(self, program: Steps) -> None:
        self._program = program
        self._label = step_of(program, NameExpressions).smile
        self.metrics = (
            Metric(
                name="smile_difference",
                title="difference of the probability of a smile",
                unit="",
                better="less",
                compare=self._smile,
            ),
            Metric(
                name="expression_difference",
                title="largest difference of the probability of any expression",
                unit="",
                better="less",
                compare=_largest,
            ),
        )

    def views(self, lens: Lens, photo: str, rgb: Pixels) -> Sequence[View]:
        """An upright square around each face."""
        crop = step_of(self._program, CropSquare)
        return tuple(
            View(photo=photo, placement=placement_of(face, crop))
            for face in faces_of(lens, rgb, step_of(self._program, FindFaces).model)
        )

    def decode(self, outputs: Outputs, scene: Scene) -> Expressions:
        """Probabilities by label."""
        return cast("Expressions", decode(outputs, scene))

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Expressions:
        """The same, label by label."""
        return {
            label: float(np.ravel(outputs["probabilities"])[index])
            for index, label in enumerate(scene.labels)
        }

    def picture(self, rgb: Pixels, result: Expressions) -> Pixels:
        """The likeliest expressions in words."""
        best = sorted(result, key=lambda label: -result[label])[:3]
        return draw_labels(
            rgb, Labels(labels=tuple(Label(label=name, score=result[name]) for name in best))
        )

    def _smile(self, made: Expressions, wanted: Expressions) -> float:
        return abs(made[self._label] - wanted[self._label])


def _largest(made: Expressions, wanted: Expressions) -> float:
    return max(abs(made[label] - wanted[label]) for label in wanted)
