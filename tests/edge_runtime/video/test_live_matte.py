from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from edge_runtime import Lens, matting
from edge_runtime.video.live_matte import blend, matte
from edge_runtime.video.watching import Wanted, Watcher


def test_it_is_near_the_matte_of_photos(
    lens: Lens, cropped: Callable[..., np.ndarray], view: Callable[..., Any]
) -> None:
    """The edge is nearer to the slow guided filter in colour than the mask itself is."""
    frame = cropped("astronaut.png", view(0.45, 0.45, 0.85), (640, 480))
    mask = Watcher(lens, Wanted(mask=True), (640, 480)).look(frame, 0).mask
    large = cv2.resize(mask, (640, 480))
    slow = matting.refine(frame, large)
    quick = matte(frame, mask)
    assert quick.dtype == np.uint8
    assert np.abs(quick / 255 - slow).mean() < 0.8 * np.abs(large - slow).mean()


def test_what_is_sure_stays() -> None:
    frame = np.random.default_rng(0).integers(0, 255, (240, 320, 3)).astype(np.uint8)
    mask = np.zeros((144, 256), np.float32)
    mask[:, 128:] = 1
    opacity = matte(frame, mask)
    assert opacity[:, :140].max() == 0
    assert opacity[:, 180:].min() == 255
    assert matte(frame, np.full((144, 256), 0.5, np.float32)).mean() > 100


def test_blending_is_a_weighted_mean_to_a_grey_level() -> None:
    random = np.random.default_rng(1)
    front, behind = random.integers(0, 256, (2, 40, 50, 3)).astype(np.uint8)
    opacity = random.integers(0, 256, (40, 50)).astype(np.uint8)
    opacity[0], opacity[1] = 0, 255
    share = opacity[..., None] / 255
    exact = share * front + (1 - share) * behind
    made = blend(front, behind, opacity)
    assert np.abs(made - exact).max() <= 1
    np.testing.assert_array_equal(made[0], behind[0])
    np.testing.assert_array_equal(made[1], front[1])
