"""Probabilities of the expressions of a face (arXiv 1710.07557)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_runtime.postprocess import Outputs, Scene
    from edge_runtime.spec import FaceExpression


def decode(outputs: Outputs, scene: Scene[FaceExpression]) -> Mapping[str, float]:
    """``probabilities`` [1, N] by label."""
    values = outputs["probabilities"][0].tolist()
    return dict(zip(scene.labels, values, strict=True))
