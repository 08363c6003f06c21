"""Probabilities to the best labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.results import Label, Labels

if TYPE_CHECKING:
    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import ImageClassification


def decode(outputs: Outputs, scene: Scene[ImageClassification]) -> Labels:
    """``probabilities`` [1, N] to the task's ``top`` labels, the best first."""
    probabilities = outputs["probabilities"][0]
    best = np.argsort(-probabilities, kind="stable")[: scene.task.top]
    return Labels(
        labels=tuple(
            Label(label=scene.labels[index], score=float(probabilities[index]))
            for index in best.tolist()
        )
    )
