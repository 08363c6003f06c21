from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contract import Resize
from edge_runtime.contract_templates import face_detection
from edge_runtime.geometry import plan
from edge_runtime.postprocess import Scene
from edge_runtime.program import decode

PROGRAM = face_detection(("right_eye", "left_eye"), score_threshold=0.5)


def scene(size_wh: tuple[int, int]) -> Scene:
    placement = plan(size_wh, (128, 128), Resize(fit="letterbox")).placement
    return Scene(PROGRAM, (), placement, size_wh)


def outputs(*anchors: tuple[float, ...]) -> dict[str, np.ndarray]:
    """Each anchor: score, box, two points."""
    rows = np.array(anchors, np.float32).reshape(1, -1, 9)
    return {
        "scores": rows[..., 0],
        "boxes_xyxy": rows[..., 1:5],
        "points_xy": rows[..., 5:].reshape(1, -1, 2, 2),
    }


def test_a_face_in_a_letterbox_is_in_photo_pixels() -> None:
    out = outputs((0.9, 0.25, 0.25, 0.5, 0.5, 0.3, 0.3, 0.45, 0.3))
    (face,) = decode(out, scene((640, 480))).faces
    assert face.box_xyxy == pytest.approx((160, 80, 320, 240))
    assert face.points["right_eye"] == pytest.approx((192, 112), abs=1e-3)
    assert face.points["left_eye"] == pytest.approx((288, 112), abs=1e-3)
    assert face.score == pytest.approx(0.9)


def test_anchors_that_see_the_same_face_melt_by_score() -> None:
    out = outputs(
        (0.5, 0.0, 0.0, 0.5, 0.5, 0.1, 0.1, 0.4, 0.1),
        (1.0, 0.03, 0.0, 0.53, 0.5, 0.13, 0.1, 0.43, 0.1),
        (0.8, 0.7, 0.7, 0.9, 0.9, 0.7, 0.7, 0.9, 0.7),
    )
    best, second = decode(out, scene((100, 100))).faces
    assert best.box_xyxy == pytest.approx((2, 0, 52, 50), abs=1e-3)
    assert best.points["right_eye"] == pytest.approx((12, 10), abs=1e-3)
    assert (best.score, second.score) == pytest.approx((1.0, 0.8))


@pytest.mark.parametrize(("score", "count"), [(0.49, 0), (0.5, 1)])
def test_the_threshold_counts_as_a_face(score: float, count: int) -> None:
    out = outputs((score, 0.25, 0.25, 0.5, 0.5, 0.3, 0.3, 0.45, 0.3))
    assert len(decode(out, scene((64, 64))).faces) == count


def test_no_face_is_an_answer() -> None:
    assert decode(outputs(*[(0.0,) * 9] * 4), scene((64, 64))).faces == ()
