from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contract import TopLabels
from edge_runtime.geometry import Placement
from edge_runtime.postprocess import Scene
from edge_runtime.postprocess.classification import top_labels


@pytest.mark.parametrize(
    ("top", "names"), [(1, ["b"]), (3, ["b", "a", "d"]), (9, ["b", "a", "d", "c"])]
)
def test_the_best_come_first_and_of_equals_the_first(top: int, names: list[str]) -> None:
    scene = Scene((), tuple("abcd"), Placement.region(0, 0, 1, 1), (1, 1))
    step = TopLabels(output="probabilities", most=top)
    out = {"probabilities": np.array([[0.25, 0.5, 0.0, 0.25]], np.float32)}
    labels = top_labels(step, out, scene).labels
    assert [found.label for found in labels] == names
    assert labels[0].score == 0.5
