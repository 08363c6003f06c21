"""Image classification: whether the best label is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from edge_calibration.exams import WholePhoto
from edge_calibration.metrics import Metric
from edge_runtime.contract import TopLabels, step_of
from edge_runtime.drawing import draw_labels
from edge_runtime.program import decode
from edge_runtime.results import Label, Labels

if TYPE_CHECKING:
    from edge_calibration.exams import Pixels
    from edge_runtime.postprocess import Outputs, Scene


class ClassExam(WholePhoto):
    """Any photos."""

    metrics = (
        Metric(
            name="top1_agreement",
            title="photos with the same best label",
            unit="share",
            better="more",
            compare=lambda made, wanted: float(made.labels[0].label == wanted.labels[0].label),
            shares=True,
        ),
        Metric(
            name="best_in_top5",
            title="photos whose best label is among the five best",
            unit="share",
            better="more",
            compare=lambda made, wanted: float(
                wanted.labels[0].label in {found.label for found in made.labels}
            ),
            shares=True,
        ),
        Metric(
            name="score_difference",
            title="difference of the best label's probability",
            unit="",
            better="less",
            compare=lambda made, wanted: abs(made.labels[0].score - wanted.labels[0].score),
        ),
    )

    def decode(self, outputs: Outputs, scene: Scene) -> Labels:
        """The best labels."""
        return cast("Labels", decode(outputs, scene))

    def decode_plainly(self, outputs: Outputs, scene: Scene) -> Labels:
        """The best labels, by sorting pairs of score and label; the first of equals first."""
        scores = np.ravel(outputs["probabilities"]).tolist()
        pairs = sorted(zip(scores, scene.labels, strict=True), key=lambda pair: -pair[0])
        return Labels(
            labels=tuple(
                Label(label=name, score=s)
                for s, name in pairs[: step_of(scene.program, TopLabels).most]
            )
        )

    def picture(self, rgb: Pixels, result: Labels) -> Pixels:
        """The best labels in words."""
        return draw_labels(rgb, result)
