from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.filters.scene import Scene, opacity
from edge_runtime.results import Face

FACE = Face(box_xyxy=(0, 0, 1, 1), score=1, points={})


def test_a_scene_of_some_faces_keeps_the_rest() -> None:
    alpha = np.full((2, 2), 255, np.uint8)
    scene = Scene(faces=(FACE, FACE), alpha=alpha, seconds=3)
    fewer = scene.of([FACE])
    assert len(fewer.faces) == 1
    assert fewer.alpha is alpha
    assert fewer.seconds == 3


def test_the_share_of_the_person() -> None:
    assert Scene().person_share == 0
    alpha = opacity(np.array([[0, 1], [0.5, 0]], np.float32))
    assert alpha.tolist() == [[0, 255], [128, 0]]
    assert Scene(alpha=alpha).person_share == pytest.approx(0.376, abs=0.001)
