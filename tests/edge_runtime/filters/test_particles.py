from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.filters.art import Art, Ellipse, Radial
from edge_runtime.filters.particles import paint_particles
from edge_runtime.filters.recipe import Particles
from edge_runtime.filters.sprites import Sprites

PLAIN = Art(title="Dot", shapes=(Ellipse(centre=(0, 0), radii=(0.5, 0.5), fill="#ffffff"),))
GLOW = Radial(centre=(0, 0), radius=0.5, stops=((0, "#ffffff", 1), (1, "#ffffff", 0)))
SOFT = Art(title="Glow", shapes=(Ellipse(centre=(0, 0), radii=(0.5, 0.5), fill=GLOW),))
LAYER = Particles(
    art="dot", count=40, size=(0.02, 0.06), velocity=(0.1, 0.3), sway=0.02, seed=4
)


def painted(
    art: Art, layer: Particles = LAYER, seconds: float = 0.0, free: np.ndarray | None = None
) -> np.ndarray:
    canvas = np.zeros((120, 160, 3), np.uint8)
    paint_particles(canvas, Sprites({"dot": art}), layer, seconds, free)
    return canvas


@pytest.mark.parametrize("art", [PLAIN, SOFT], ids=["plain", "gradient"])
def test_the_same_seed_and_time_are_the_same_picture(art: Art) -> None:
    first = painted(art, seconds=1.5)
    np.testing.assert_array_equal(first, painted(art, seconds=1.5))
    assert (first != painted(art, seconds=1.6)).any()
    other = Particles(art="dot", count=40, size=(0.02, 0.06), seed=5)
    assert (painted(art) != painted(art, other)).any()
    assert first.max() > 100


def test_pieces_come_in_again_and_their_number_stays() -> None:
    light = [painted(PLAIN, seconds=s).mean() for s in (0, 7, 100, 1000)]
    assert max(light) < 1.6 * min(light)


def test_another_size_is_the_same_picture() -> None:
    small = painted(PLAIN)
    large = np.zeros((480, 640, 3), np.uint8)
    paint_particles(large, Sprites({"dot": PLAIN}), LAYER, 0.0, None)
    again = large.reshape(120, 4, 160, 4, 3).mean(axis=(1, 3))
    assert np.abs(again - small).mean() < 2.5


@pytest.mark.parametrize("art", [PLAIN, SOFT], ids=["plain", "gradient"])
def test_what_is_kept_is_kept(art: Art) -> None:
    free = np.ones((120, 160), np.float32)
    free[:, :80] = 0
    made = painted(art, free=free)
    assert (made[:, :80] == 0).all()
    assert made[:, 80:].max() > 0


def test_no_pieces_paint_nothing() -> None:
    none = Particles(art="dot", count=0, size=(0.1, 0.1))
    assert (painted(PLAIN, none) == 0).all()
    assert (painted(SOFT, none) == 0).all()


def test_pieces_take_colours_in_turn() -> None:
    layer = Particles(
        art="dot", count=40, size=(0.08, 0.08), seed=4, colours=("#ff0000", "#0000ff")
    )
    made = painted(PLAIN, layer)
    red, blue = made[..., 0].mean(), made[..., 2].mean()
    assert made[..., 1].max() == 0
    assert 0.5 < red / blue < 2
