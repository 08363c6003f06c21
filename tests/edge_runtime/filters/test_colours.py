from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.filters.art import Blend, Linear, Radial
from edge_runtime.filters.colours import blended, plain, rgb_of, screened, tones
from edge_runtime.filters.shapes import Region

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("blend", ["normal", "multiply", "screen"])
def test_blending_is_the_formula_and_leaves_alone_what_is_not_covered(blend: Blend) -> None:
    tile, colour = RANDOM.integers(0, 256, (2, 9, 7, 3)).astype(np.uint8)
    share = RANDOM.random((9, 7), np.float32)
    share[:3], share[3:5] = 0, 1
    a, b = tile / 255, colour / 255
    mixed = {"normal": b, "multiply": a * b, "screen": 1 - (1 - a) * (1 - b)}[blend]
    wanted = 255 * (a + share[..., None] * (mixed - a))
    made = blended(tile, colour, share, blend)
    assert np.abs(made - wanted).max() <= 1.01
    np.testing.assert_array_equal(made[:3], tile[:3])


def test_black_light_changes_nothing() -> None:
    tile = RANDOM.integers(0, 256, (4, 4, 3)).astype(np.uint8)
    np.testing.assert_array_equal(screened(tile, np.zeros_like(tile)), tile)


def test_a_linear_gradient_follows_a_turned_plane() -> None:
    fill = Linear(start=(0, 0), end=(0, 1), stops=((0, "#000000", 1), (1, "#ff8000", 0)))
    # The art's y runs to the right of the picture, 10 pixels to a unit.
    plane = (np.array([2.0, 0.0]), np.array([[0.0, 10.0], [-10.0, 0.0]]))
    region = Region(rows=slice(0, 3), columns=slice(2, 12))
    colours, clear = tones(fill, plane, region)
    wanted = (np.arange(10) + 0.5) / 10
    assert clear is not None
    np.testing.assert_allclose(colours[1, :, 0], 255 * wanted, atol=1.5)
    np.testing.assert_allclose(clear[2], 1 - wanted, atol=0.01)


def test_a_radial_gradient_and_a_plane_seen_from_its_edge() -> None:
    fill = Radial(centre=(0, 0), radius=1, stops=((0, "#ffffff", 1), (1, "#000000", 1)))
    region = Region(rows=slice(0, 8), columns=slice(0, 8))
    colours, _ = tones(fill, (np.array([4.0, 4.0]), 4 * np.eye(2)), region)
    assert colours[4, 4, 0] > 200
    assert colours[0, 0, 0] < 20
    edge, _ = tones(fill, (np.array([4.0, 4.0]), np.zeros((2, 2))), region)
    assert edge.shape == (8, 8, 3)


def test_colours_are_red_green_blue() -> None:
    assert rgb_of("#0a80ff") == (10, 128, 255)
    assert plain("#0a80ff", (3, 2)).tolist() == [[[10, 128, 255]] * 3] * 2
