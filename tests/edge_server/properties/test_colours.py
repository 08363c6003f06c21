from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageColor

from edge_server.properties.colours import colour_name, dominant_colours

Sample = Callable[[str], NDArray[np.uint8]]


@pytest.mark.parametrize("name", sorted(ImageColor.colormap))
def test_every_css_colour_has_a_name_of_its_own(name: str) -> None:
    colour = ImageColor.getrgb(name)[:3]
    found, distance = colour_name(colour)
    assert ImageColor.getrgb(found) == colour
    assert distance == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("rgb", "name"),
    [((250, 3, 4), "red"), ((1, 2, 1), "black"), ((129, 127, 128), "gray")],
)
def test_a_colour_nearby_has_the_nearest_name(rgb: tuple[int, int, int], name: str) -> None:
    found, distance = colour_name(rgb)
    assert found == name
    assert 0 < distance < 2


def test_patches_are_found_with_their_shares() -> None:
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[:, :100], rgb[:, 100:160], rgb[:50, 160:] = (255, 0, 0), (0, 0, 255), (255, 255, 0)
    rgb[50:, 160:] = (0, 128, 0)
    found = [(one.name, round(one.share, 2)) for one in dominant_colours(rgb)]
    assert found[:2] == [("red", 0.5), ("blue", 0.3)]
    assert set(found[2:]) == {("green", 0.1), ("yellow", 0.1)}
    assert all(one.distance < 1e-6 for one in dominant_colours(rgb))


def test_noise_around_a_colour_is_one_colour() -> None:
    noise = np.random.default_rng(0).normal(0, 3, (80, 90, 3))
    rgb = np.clip(np.array([70, 130, 180]) + noise, 0, 255).round().astype(np.uint8)
    (only,) = dominant_colours(rgb)
    assert (only.name, only.share) == ("steelblue", 1.0)


@pytest.mark.parametrize(
    ("name", "colours"),
    [
        ("china.jpg", {"lightsteelblue", "ghostwhite", "dimgray"}),
        ("coffee.png", {"sienna", "chocolate", "bisque"}),
        ("rocket.jpg", {"black"}),
    ],
)
def test_photos_have_the_colours_that_one_sees(
    name: str, colours: set[str], sample: Sample
) -> None:
    found = dominant_colours(sample(name))
    assert colours <= {one.name for one in found}
    shares = [one.share for one in found]
    assert shares == sorted(shares, reverse=True)
    assert 0.95 < sum(shares) <= 1 + 1e-9
    assert found == dominant_colours(sample(name))


def test_one_pixel_has_one_colour() -> None:
    (only,) = dominant_colours(np.full((1, 1, 3), 255, np.uint8))
    assert (only.name, only.share) == ("white", 1.0)
