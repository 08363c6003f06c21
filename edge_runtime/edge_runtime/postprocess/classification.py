"""Probabilities to the best labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.results import Label, Labels

if TYPE_CHECKING:
    from edge_runtime.contract import TopLabels
    from edge_runtime.postprocess import Outputs, Scene


def top_labels(step: TopLabels, outputs: Outputs, scene: Scene) -> Labels:
    """``top-labels``."""
    probabilities = outputs[step.output][0]
    best = np.argsort(-probabilities, kind="stable")[: step.most]
    return Labels(
        labels=tuple(
            Label(label=scene.labels[index], score=float(probabilities[index]))
            for index in best.tolist()
        )
    )
