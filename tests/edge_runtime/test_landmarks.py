from __future__ import annotations

import math

import numpy as np
import pytest

from edge_runtime.contract_templates import face_landmarks
from edge_runtime.geometry import Placement
from edge_runtime.postprocess import Scene
from edge_runtime.program import decode

POINTS = np.array([[[0.5, 0.5, 0.1], [1.0, 0.5, -0.2], [0.0, 0.0, 0.0]]], np.float32)


def scene(placement: Placement) -> Scene:
    return Scene(face_landmarks("d", crop_scale=1.5), (), placement, (640, 480))


def test_points_turn_with_the_crop_and_z_scales_with_x() -> None:
    placement = Placement.square((100, 200), 50, math.pi / 2)
    out = {"points_xyz": POINTS, "presence": np.array([[0.9]], np.float32)}
    placed = decode(out, scene(placement))
    assert placed is not None
    wanted = [(100, 200, 5), (100, 225, -10), (125, 175, 0)]
    np.testing.assert_allclose(placed, wanted, atol=1e-3)
    assert placed.dtype == np.float32


@pytest.mark.parametrize(("presence", "there"), [(0.49, False), (0.5, True)])
def test_a_crop_without_a_face_has_no_points(presence: float, there: bool) -> None:
    out = {"points_xyz": POINTS, "presence": np.array([[presence]], np.float32)}
    assert (decode(out, scene(Placement.region(0, 0, 9, 9))) is not None) == there
