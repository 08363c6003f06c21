from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.results import Face
from edge_runtime.video.mesh_pose import box_beside, box_within, named_points, pose_of


@pytest.fixture(scope="module")
def face(lens: Lens, samples: Path) -> Face:
    (found,) = lens.landmarks(samples / "obama.jpg").value.faces
    return found


def test_the_points_are_those_of_the_detector(lens: Lens, samples: Path, face: Face) -> None:
    (found,) = lens.faces(samples / "obama.jpg").value.faces
    side = found.box_xyxy[2] - found.box_xyxy[0]
    mesh = named_points(face.landmarks)
    assert mesh.keys() == found.points.keys()
    for name, point in found.points.items():
        assert np.hypot(*np.subtract(mesh[name], point)) < 0.12 * side, name


def test_the_square_holds_the_mesh_and_turns_with_it(face: Face) -> None:
    pose = pose_of(face.landmarks)
    assert abs(pose.angle) < 0.1
    spans = np.ptp(face.landmarks[:, :2], axis=0)
    assert pose.side == pytest.approx(spans.max(), rel=0.05)
    cos, sin = np.cos(0.5), np.sin(0.5)
    turned = face.landmarks.copy()
    turned[:, :2] = face.landmarks[:, :2] @ np.array([[cos, sin], [-sin, cos]])
    other = pose_of(turned)
    assert other.angle - pose.angle == pytest.approx(0.5, abs=1e-3)
    assert other.side == pytest.approx(pose.side, rel=1e-4)
    centre = np.array([pose.x, pose.y]) @ np.array([[cos, sin], [-sin, cos]])
    np.testing.assert_allclose((other.x, other.y), centre, rtol=1e-4)


def test_a_box_goes_along_with_the_pose(face: Face) -> None:
    pose = pose_of(face.landmarks)
    within = box_within(pose, face.box_xyxy)
    np.testing.assert_allclose(box_beside(pose, within), face.box_xyxy)
    twice = pose_of(2 * face.landmarks)
    np.testing.assert_allclose(
        box_beside(twice, within), 2 * np.array(face.box_xyxy), rtol=1e-4
    )
