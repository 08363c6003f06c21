from __future__ import annotations

import numpy as np
import pytest

from edge_server.reading.crops import (
    angle_of,
    crop,
    line_input,
    network_input,
    places_of,
    scaled,
    size_of,
    turned,
)

QUAD = np.array([[10, 20], [50, 20], [50, 30], [10, 30]], np.float32)


def rotated(quad: np.ndarray, degrees: float) -> np.ndarray:
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return ((quad - quad.mean(axis=0)) @ matrix + quad.mean(axis=0)).astype(np.float32)


@pytest.mark.parametrize("degrees", [0, 17, 90, -90, 135, 180])
def test_a_line_has_the_angle_that_it_was_turned_by(degrees: float) -> None:
    assert angle_of(rotated(QUAD, degrees)) == pytest.approx(degrees, abs=1e-3)
    assert size_of(rotated(QUAD, degrees)) == pytest.approx((10, 40), rel=1e-4)


@pytest.mark.parametrize(("quarters", "angle"), [(0, 0), (1, 90), (2, 180), (3, -90)])
def test_corners_begin_where_a_turned_text_begins(quarters: int, angle: float) -> None:
    assert angle_of(turned(QUAD, quarters)) == pytest.approx(angle)


@pytest.mark.parametrize("quarters", range(4))
def test_a_crop_is_upright_whichever_way_its_text_is_turned(quarters: int) -> None:
    rng = np.random.default_rng(0)
    upright = np.kron(rng.integers(0, 256, (3, 8, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    photo = np.zeros((60, 60, 3), np.uint8)
    there = np.rot90(upright, -quarters)
    height, width = there.shape[:2]
    photo[10 : 10 + height, 5 : 5 + width] = there
    quad = np.array([[5, 10], [5 + width, 10], [5 + width, 10 + height], [5, 10 + height]])
    got = crop(photo, turned(quad.astype(np.float32), quarters))
    assert got.shape == upright.shape
    inner = (slice(1, -1), slice(1, -1))
    difference = np.abs(got[inner].astype(int) - upright[inner])
    assert np.median(difference) <= 2


def test_what_is_in_perspective_becomes_straight() -> None:
    rows = np.linspace(0, 255, 41).astype(np.uint8)
    photo = np.repeat(np.repeat(rows[:, None, None], 80, axis=1), 3, axis=2)
    quad = np.array([[10, 5], [70, 5], [60, 35], [20, 35]], np.float32)
    straight = crop(photo, quad)
    assert straight.shape == (32, 60, 3)
    assert np.ptp(straight.astype(int), axis=1).max() <= 2  # rows stay rows


def test_a_line_without_an_area_is_one_pixel() -> None:
    assert crop(np.zeros((9, 9, 3), np.uint8), np.zeros((4, 2), np.float32)).shape == (1, 1, 3)


@pytest.mark.parametrize(
    ("shape", "filled"), [((24, 50), 100), ((96, 50), 25), ((10, 900), 320), ((500, 1), 1)]
)
def test_a_line_keeps_its_shape_where_it_fits(shape: tuple[int, int], filled: int) -> None:
    line = np.full((*shape, 3), 255, np.uint8)
    planes = line_input(line, 48, 320)
    assert planes.shape == (3, 48, 320)
    assert planes.dtype == np.float32
    np.testing.assert_array_equal(planes[:, :, :filled], 1)
    np.testing.assert_array_equal(planes[:, :, filled:], 0)


def test_numbers_are_as_the_networks_were_trained() -> None:
    planes = network_input(np.array([[[0, 51, 255]]], np.uint8))
    np.testing.assert_allclose(planes[:, 0, 0], [1, -0.6, -1], atol=1e-6)


def test_thin_strokes_survive_shrinking() -> None:
    page = np.full((400, 400, 3), 255, np.uint8)
    page[::8] = 0
    assert scaled(page, (50, 50)).mean() == pytest.approx(page.mean(), abs=1)
    assert scaled(page, (800, 600)).shape == (800, 600, 3)


@pytest.mark.parametrize(
    ("width", "begins"), [(10, [0]), (40, [0]), (41, [0, 1]), (100, [0, 30, 60])]
)
def test_a_long_line_is_looked_at_in_places(width: int, begins: list[int]) -> None:
    line = np.broadcast_to(np.arange(width, dtype=np.uint8)[None, :, None], (10, width, 3))
    places = places_of(line, 4.0)
    assert [int(place[0, 0, 0]) for place in places] == begins
    assert {place.shape for place in places} == {(10, min(width, 40), 3)}
