from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.exams.meshes import CROP, Mesh, MeshExam
from edge_runtime.contract_templates import face_landmarks
from edge_runtime.pipeline import Lens

PROGRAM = face_landmarks("face-detection-short", crop_scale=1.5)


def mesh(shift: float | None, side: float = 2 * CROP) -> Mesh:
    points = np.zeros((468, 3), np.float32)
    if shift is not None:
        points[:, 0] = shift
        points[:, 2] = 99.0  # depth is not looked at
    return Mesh(points=None if shift is None else points, side=side)


@pytest.mark.parametrize(
    ("made", "wanted", "expected"),
    [
        (mesh(0.0), mesh(0.0), 0.0),
        (mesh(3.0), mesh(0.0), 1.5),  # the crop is half as large as the part of the photo
        (mesh(None), mesh(0.0), None),
        (mesh(0.0), mesh(None), None),
        (mesh(None), mesh(None), None),
    ],
)
def test_errors_are_in_pixels_of_the_crop(
    made: Mesh, wanted: Mesh, expected: float | None
) -> None:
    metric, _ = MeshExam(PROGRAM).metrics
    assert metric.compare(made, wanted) == expected


def test_each_face_is_a_view(lens: Lens, sample_photos: list) -> None:
    from edge_calibration.evaluation import decoded

    rgb = decoded(dict(sample_photos)["astronaut"], "pillow")
    (view,) = MeshExam(PROGRAM).views(lens, "astronaut", rgb)
    assert view.placement is not None
    assert 120 < view.placement.side < 170


@pytest.mark.parametrize(
    ("made", "wanted", "expected"),
    [
        (mesh(0.0), mesh(9.0), 1),
        (mesh(None), mesh(None), 1),
        (mesh(None), mesh(0.0), 0),
        (mesh(0.0), mesh(None), 0),
    ],
)
def test_both_have_to_see_a_face(made: Mesh, wanted: Mesh, expected: float) -> None:
    _, presence = MeshExam(PROGRAM).metrics
    assert presence.compare(made, wanted) == expected
