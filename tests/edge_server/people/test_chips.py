"""A face upright and at one size, wherever and however it is in the photo."""

from __future__ import annotations

import numpy as np
import pytest

from edge_server.people.chips import MEAN_FACE, PADDING, SIDE, chip, similarity

WANTED = SIDE * (MEAN_FACE + PADDING) / (1 + 2 * PADDING)


def smooth(side: int) -> np.ndarray:
    """A picture whose levels say where they are: red across, green down."""
    ramp = np.linspace(20, 220, side)
    planes = [np.tile(ramp, (side, 1)), np.tile(ramp[:, None], (1, side))]
    return np.stack([*planes, np.full((side, side), 90.0)], axis=-1).round().astype(np.uint8)


def test_a_face_that_lies_as_the_mean_is_left_as_it_is() -> None:
    rgb = smooth(SIDE)
    assert np.array_equal(chip(rgb, WANTED.tolist()), rgb)


@pytest.mark.parametrize("scale", [0.5, 1.7, 3.0, 8.0])
def test_the_size_of_the_face_does_not_matter(scale: float) -> None:
    rgb = smooth(round(SIDE * scale))
    points = (WANTED + 0.5) * scale - 0.5
    taken = chip(rgb, points.tolist()).astype(int)
    inside = np.s_[3:-3, 3:-3]
    assert np.abs(taken[inside] - smooth(SIDE).astype(int)[inside]).max() <= 3


def test_a_turned_face_is_turned_back() -> None:
    rgb = smooth(SIDE)
    quarter = np.ascontiguousarray(np.rot90(rgb))  # against the clock
    points = np.stack([WANTED[:, 1], SIDE - 1 - WANTED[:, 0]], axis=1)
    taken = chip(quarter, points.tolist()).astype(int)
    assert np.abs(taken[1:-1, 1:-1] - rgb.astype(int)[1:-1, 1:-1]).max() <= 1


def test_beyond_the_photo_it_is_black() -> None:
    taken = chip(np.full((60, 60, 3), 255, np.uint8), WANTED.tolist())
    assert taken[:58, :58].min() == 255
    assert taken[62:].max() == 0


def test_the_similarity_is_exact_for_points_that_are_similar() -> None:
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    moved = 2.5 * WANTED @ turn.T + [7, -3]
    matrix = similarity(WANTED, moved)
    assert matrix[:, :2] == pytest.approx(2.5 * turn)
    assert matrix[:, 2] == pytest.approx([7, -3])


def test_it_is_never_a_mirror_image() -> None:
    matrix = similarity(WANTED, WANTED * [-1, 1])
    assert np.linalg.det(matrix[:, :2]) > 0


def test_points_that_are_one_point_are_no_division_by_zero() -> None:
    assert np.isfinite(similarity(np.ones((5, 2)), WANTED)).all()
    assert np.isfinite(chip(smooth(40), [(5.0, 5.0)] * 5)).all()
