from __future__ import annotations

import numpy as np

from edge_runtime.backdrops import backdrop
from edge_runtime.filters.art import Art, Ellipse
from edge_runtime.filters.backgrounds import Backdrops, paint_scenery, painted
from edge_runtime.filters.recipe import Background, Scenery

SUN = Art(title="Sun", shapes=(Ellipse(centre=(0, 0), radii=(0.5, 0.5), fill="#ffff00"),))
HIGH = Scenery(art="sun", at=(0.25, 0.5), size=0.5)
LAYER = Background(words="sky, clouds", scenery=(HIGH,))


def test_scenery_stands_in_the_backdrop() -> None:
    plain = backdrop(["sky", "clouds"], (80, 40))
    made = painted(LAYER, {"sun": SUN}, (80, 40))
    np.testing.assert_array_equal(made[:, 31:], plain[:, 31:])
    np.testing.assert_array_equal(made[20, 20], [255, 255, 0])


def test_a_background_is_painted_once_for_a_size() -> None:
    backdrops = Backdrops()
    first = backdrops.of(LAYER, {"sun": SUN}, (80, 40))
    assert backdrops.of(LAYER, {"sun": SUN}, (80, 40)) is first
    other = backdrops.of(LAYER, {"sun": SUN}, (40, 80))
    assert other.shape == (80, 40, 3)
    for width in range(10, 20):
        backdrops.of(LAYER, {"sun": SUN}, (width, 40))
    assert len(backdrops._kept) == 4


def test_scenery_stays_where_it_may_be() -> None:
    canvas = np.zeros((40, 80, 3), np.uint8)
    free = np.zeros((40, 80), np.float32)
    free[:20] = 1
    paint_scenery(canvas, SUN, HIGH, free)
    assert canvas[:20].any()
    assert not canvas[20:].any()
