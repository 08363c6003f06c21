from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge_runtime.filters.anchors import face_anchor, flat_anchor, pose_of
from edge_runtime.results import Face

Made = Callable[..., Face]
Turning = Callable[[float, str], np.ndarray]


@pytest.mark.parametrize("degrees", [-170, -40, 0, 15, 90])
def test_roll_is_the_turn_in_the_picture(
    made_face: Made, turning: Turning, degrees: float
) -> None:
    pose = pose_of(made_face(rotation=turning(degrees, "z"), scale=33.0).landmarks)
    assert pose.roll == pytest.approx(degrees, abs=1e-3)
    assert pose.yaw == pytest.approx(0, abs=1e-3)
    assert pose.scale == pytest.approx(33.0, rel=1e-5)
    np.testing.assert_allclose(pose.origin[:2], [120, 90], atol=1e-3)


@pytest.mark.parametrize("degrees", [-50, -10, 30])
def test_yaw_and_pitch_do_not_change_the_scale(
    made_face: Made, turning: Turning, degrees: float
) -> None:
    side = pose_of(made_face(rotation=turning(degrees, "y")).landmarks)
    assert (side.yaw, side.pitch) == pytest.approx((degrees, 0), abs=1e-3)
    down = pose_of(made_face(rotation=turning(degrees, "x")).landmarks)
    assert (down.yaw, down.pitch) == pytest.approx((0, degrees), abs=1e-3)
    assert side.scale == pytest.approx(down.scale) == pytest.approx(40.0, rel=1e-5)


def test_a_mouth_that_opens_does_not_move_the_pose(made_face: Made) -> None:
    face = made_face()
    opened = face.landmarks.copy()
    opened[[13, 14, 152, 61, 291]] += 25
    np.testing.assert_array_equal(pose_of(opened).rotation, pose_of(face.landmarks).rotation)


def test_the_pose_is_a_rotation_also_of_a_mirrored_face(made_face: Made) -> None:
    mirrored = made_face().landmarks * np.array([-1, 1, 1], np.float32)
    assert np.linalg.det(pose_of(mirrored).rotation) == pytest.approx(1)


def test_art_on_the_eyes_lies_on_the_eyes(made_face: Made, turning: Turning) -> None:
    rotation = turning(25, "z") @ turning(30, "y")
    landmarks = made_face(rotation=rotation).landmarks
    anchor = face_anchor(landmarks, "eyes")
    eyes = np.array([[-0.5, 0, 0], [0.5, 0, 0]])
    wanted = [landmarks[[33, 133], :2].mean(axis=0), landmarks[[362, 263], :2].mean(axis=0)]
    np.testing.assert_allclose(anchor.pixels(eyes), wanted, atol=0.1)
    assert anchor.scale == pytest.approx(40, rel=1e-4)  # seen from the side, too


def test_a_head_that_looks_to_its_right_hides_that_side(
    made_face: Made, turning: Turning
) -> None:
    anchor = face_anchor(made_face(rotation=turning(30, "y")).landmarks, "eyes")
    narrow, wide = (
        abs(float((anchor.pixels(np.array([[x, 0, 0.3]])) - anchor.at)[0, 0])) for x in (-1, 1)
    )
    assert narrow < wide


def test_round_art_keeps_its_width_and_stands_on_the_head(
    made_face: Made, turning: Turning
) -> None:
    rotation = turning(20, "z") @ turning(50, "y")
    anchor = face_anchor(made_face(rotation=rotation).landmarks, "forehead")
    hat = anchor.rounded(1.0)
    left, right, top = hat.pixels(np.array([[-1.0, 0, 0], [1, 0, 3], [0, -1, 0]]))
    assert np.linalg.norm(right - left) == pytest.approx(80, rel=1e-3)
    assert (right - left) @ (top - hat.at) == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(hat.at, anchor.pixels(np.array([[0, 0, 1.0]]))[0])
    above = face_anchor(made_face(rotation=turning(90, "x")).landmarks, "forehead")
    assert np.isfinite(above.rounded(1.0).axes).all()


def test_flat_art_turns_clockwise() -> None:
    anchor = flat_anchor((10.0, 20.0), 4.0, 90.0)
    np.testing.assert_allclose(
        anchor.pixels(np.array([[1.0, 0, 0], [0, 1, 5]])), [[10, 24], [6, 20]], atol=1e-9
    )
    assert anchor.scale == pytest.approx(4)
    assert anchor.scaled(2).scale == pytest.approx(8)


def test_a_mirrored_anchor_turns_x_round() -> None:
    anchor = flat_anchor((10.0, 20.0), 4.0)
    points = np.array([[1.0, 2.0, 0.0]])
    np.testing.assert_allclose(
        anchor.mirrored().pixels(points), anchor.pixels(points * [-1, 1, 1])
    )
