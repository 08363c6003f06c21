"""The kernels that apps take instead, on a row of which every value is known."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from edge_runtime.doctor import kernels as k

RAMP = np.tile(np.arange(8, dtype=np.float32) * 10, (8, 1))


@pytest.mark.parametrize(
    ("scale", "wanted"),
    [
        (k.nearest, [0, 20, 40, 60]),
        (k.nearest_centre, [10, 30, 50, 70]),
        (k.by_opencv(cv2.INTER_AREA), [5, 25, 45, 65]),
        (k.by_pillow(Image.Resampling.BOX), [5, 25, 45, 65]),
        (k.aligned_corners, [0, 70 / 3, 140 / 3, 70]),
        (k.half_a_pixel_off, [0, 20, 40, 60]),
    ],
)
def test_half_the_size(scale: Any, wanted: list[float]) -> None:
    made = scale(RAMP, (4, 2))
    assert made.shape == (2, 4)
    assert made[1].tolist() == pytest.approx(wanted, abs=0.2)


@pytest.mark.parametrize("scale", [k.nearest, k.nearest_centre, k.aligned_corners])
def test_pictures_keep_their_channels(scale: Any) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (5, 7, 3), np.uint8)
    assert scale(picture, (3, 4)).shape == (4, 3, 3)
    assert np.array_equal(scale(picture, (7, 5)), picture)
