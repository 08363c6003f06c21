"""Probabilities of the expressions of a face (arXiv 1710.07557)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_runtime.contract import NameExpressions
    from edge_runtime.postprocess import Outputs, Scene


def name_expressions(
    step: NameExpressions, outputs: Outputs, scene: Scene
) -> Mapping[str, float]:
    """``name-expressions``."""
    values = outputs[step.output][0].tolist()
    return dict(zip(scene.labels, values, strict=True))
