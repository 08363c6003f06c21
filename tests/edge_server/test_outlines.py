"""Outlines of drawn objects, whose true shape is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_server.outlines import object_alpha, person_alpha, softened, window_around

HW = (120, 160)


def blob(centre_xy: tuple[float, float], radii: tuple[float, float]) -> Any:
    down, across = np.indices(HW) + 0.5
    far = ((across - centre_xy[0]) / radii[0]) ** 2 + ((down - centre_xy[1]) / radii[1]) ** 2
    return far < 1


def painted(mask: Any, front: tuple[int, int, int], back: tuple[int, int, int]) -> Any:
    noise = np.random.default_rng(0).integers(-12, 12, (*HW, 3))
    return (np.where(mask[..., None], front, back) + noise).clip(0, 255).astype(np.uint8)


def box_of(mask: Any) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)


def overlap(found: Any, mask: Any) -> float:
    return float((found & mask).sum() / (found | mask).sum())


@pytest.mark.parametrize(
    ("box", "rows", "columns", "inside"),
    [
        ((40, 20, 80, 60), (8, 72), (28, 92), (12, 12, 52, 52)),
        ((-5, -9, 40, 20), (0, 27), (0, 52), (0, 0, 40, 20)),
        ((150, 100, 400, 300), (93, 120), (146, 160), (4, 7, 14, 27)),
        ((80, 60, 40, 20), (8, 72), (28, 92), (12, 12, 52, 52)),  # corners the wrong way
    ],
)
def test_window(box: Any, rows: Any, columns: Any, inside: Any) -> None:
    window = window_around(box, HW)
    assert (window.rows.start, window.rows.stop) == rows
    assert (window.columns.start, window.columns.stop) == columns
    assert window.box == inside


@pytest.mark.parametrize(
    ("shape", "least"),
    [
        (blob((80, 60), (40, 30)), 0.93),
        (blob((60, 60), (12, 40)) | blob((80, 85), (50, 12)), 0.9),  # not convex
        (blob((0, 60), (60, 40)), 0.9),  # cut by the border
        (blob((80, 60), (40, 40)) & ~blob((80, 60), (22, 22)), 0.85),  # a ring
    ],
)
def test_an_object_is_told_by_its_colours(shape: Any, least: float) -> None:
    rgb = painted(shape, (200, 80, 40), (40, 90, 160))
    window = window_around(box_of(shape), HW)
    alpha = object_alpha(rgb, window)
    assert alpha.dtype == np.float32
    assert overlap(alpha >= 0.5, shape[window.rows, window.columns]) >= least


def test_an_object_of_the_colours_around_it_is_not_lost() -> None:
    rgb = painted(np.zeros(HW, bool), (0, 0, 0), (90, 90, 90))
    window = window_around((40, 30, 120, 90), HW)
    alpha = object_alpha(rgb, window)
    x0, y0, x1, y1 = window.box
    inside = alpha[y0:y1, x0:x1] >= 0.5
    assert inside.mean() > 0.4
    assert (alpha >= 0.5).sum() == inside.sum()


def test_the_same_twice() -> None:
    shape = blob((80, 60), (40, 30))
    rgb = painted(shape, (120, 100, 90), (110, 105, 100))
    window = window_around(box_of(shape), HW)
    np.testing.assert_array_equal(object_alpha(rgb, window), object_alpha(rgb, window))


@pytest.mark.parametrize(
    ("box", "shape"),
    [((50, 50, 50, 50), (4, 4)), ((0, 0, 160, 120), HW), ((0, 40, 160, 41), (5, 160))],
)
def test_boxes_of_nothing_and_of_everything(box: Any, shape: Any) -> None:
    window = window_around(box, HW)
    alpha = object_alpha(np.zeros((*HW, 3), np.uint8), window)
    assert alpha.shape == shape


def test_a_person_is_what_the_segmenter_says_within_the_box() -> None:
    person, other = blob((60, 60), (20, 40)), blob((130, 60), (20, 40))
    rgb = painted(person | other, (220, 180, 150), (30, 60, 30))
    window = window_around(box_of(person), HW, margin=2)
    seen = (person | other)[window.rows, window.columns].astype(np.float32)
    alpha = person_alpha(rgb, window, lambda part: seen[: part.shape[0]])
    assert alpha is not None
    assert overlap(alpha >= 0.5, person[window.rows, window.columns]) > 0.95


def test_where_the_segmenter_sees_nobody() -> None:
    window = window_around((40, 30, 120, 90), HW)
    rgb = np.zeros((*HW, 3), np.uint8)
    assert person_alpha(rgb, window, lambda part: np.zeros(part.shape[:2], np.float32)) is None


def test_a_coarse_mask_finds_the_edge_of_the_photo() -> None:
    shape = blob((80, 60), (40, 30))
    rgb = painted(shape, (230, 230, 230), (20, 20, 20))
    coarse = np.roll(shape, 3, axis=1)
    alpha = softened(rgb, coarse, unsure=4)
    assert overlap(alpha >= 0.5, shape) > overlap(coarse, shape) + 0.02
