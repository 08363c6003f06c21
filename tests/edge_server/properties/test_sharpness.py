from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.properties.sharpness import LEAST, SIDE, sharpness_of

Sample = Callable[[str], NDArray[np.uint8]]
PHOTOS = ["astronaut.png", "china.jpg", "obama.jpg", "coffee.png"]


def measured(rgb: NDArray[np.uint8]) -> float:
    found = sharpness_of(rgb)
    assert found is not None
    assert 0 <= found <= 1
    return found


@pytest.mark.parametrize("name", PHOTOS)
def test_the_more_it_is_blurred_the_less_sharp_it_is(name: str, sample: Sample) -> None:
    rgb = sample(name)
    scale = max(1.0, max(rgb.shape) / SIDE)
    steps = [measured(rgb)]
    steps += [measured(cv2.GaussianBlur(rgb, (0, 0), s * scale)) for s in (0.7, 1.2, 2, 4)]
    assert all(one > 1.1 * other for one, other in pairwise(steps)), steps
    assert steps[0] > 0.55
    assert steps[-1] < 0.35


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("factor", [1.5, 2.0, 3.0])
def test_a_larger_copy_is_as_sharp(name: str, factor: float, sample: Sample) -> None:
    rgb = sample(name)
    large = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    assert measured(large) == pytest.approx(measured(rgb), abs=0.05)


def test_movement_in_one_direction_is_seen(sample: Sample) -> None:
    rgb = sample("china.jpg")
    along, down = cv2.blur(rgb, (15, 1)), cv2.blur(rgb, (1, 15))
    assert max(measured(along), measured(down)) < 0.6 * measured(rgb)


def test_a_plain_or_tiny_picture_has_none() -> None:
    assert measured(np.full((40, 40, 3), 7, np.uint8)) == 0
    assert sharpness_of(np.zeros((LEAST - 1, 400, 3), np.uint8)) is None
