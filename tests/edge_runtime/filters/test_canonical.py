from __future__ import annotations

import numpy as np

from edge_runtime.filters.canonical import FACE, INDICES, SPOTS


def test_the_mean_face_is_symmetric_and_one_unit_between_the_eyes() -> None:
    points = dict(zip(INDICES.tolist(), FACE, strict=True))
    left = (points[33] + points[133]) / 2
    right = (points[263] + points[362]) / 2
    np.testing.assert_allclose(right - left, [1, 0, 0], atol=0.002)
    np.testing.assert_allclose(left + right, 0, atol=0.002)
    mirrored = FACE * [-1, 1, 1]
    away = np.linalg.norm(mirrored[:, None] - FACE[None], axis=2).min(axis=1)
    assert away.max() < 0.002


def test_the_nose_is_nearer_than_the_ears_and_the_forehead_above() -> None:
    points = dict(zip(INDICES.tolist(), FACE, strict=True))
    assert points[1][2] < points[33][2] < points[234][2]
    assert points[10][1] < points[168][1] < points[1][1]


def test_spots_are_landmarks() -> None:
    assert all(0 <= i < 468 for spot in SPOTS.values() for i in spot)
