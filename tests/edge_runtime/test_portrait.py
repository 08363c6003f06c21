from __future__ import annotations

import numpy as np
import pytest

from edge_runtime import Photo
from edge_runtime.errors import UnknownName
from edge_runtime.portrait import composed
from edge_runtime.results import Mask

SIZE = (48, 64)
RGB = np.full((*SIZE, 3), 200, np.uint8)
LEFT = np.zeros(SIZE, np.float32)
LEFT[:, :32] = 1  # a person fills the left half, and is darker than what is behind
RGB[:, :32] = 50
MASK = Mask(probability=LEFT)


def test_transparent_is_the_person_cut_out() -> None:
    made = composed(Photo(RGB), MASK, "transparent")
    assert made.shape == (*SIZE, 4)
    assert made[:, :24, 3].min() > 250
    assert made[:, 40:, 3].max() < 5
    np.testing.assert_array_equal(made[:, :24, :3], RGB[:, :24])


def test_a_colour_stands_behind_the_person() -> None:
    made = composed(Photo(RGB), MASK, "#0a141e")
    assert made.shape == (*SIZE, 3)
    np.testing.assert_allclose(made[:, 44:], np.broadcast_to((10, 20, 30), (48, 20, 3)), atol=2)
    np.testing.assert_allclose(made[:, :20], RGB[:, :20], atol=2)


def test_what_is_transparent_in_the_photo_stays_so() -> None:
    alpha = np.full(SIZE, 255, np.uint8)
    alpha[:10] = 0
    made = composed(Photo(RGB, alpha), MASK, "transparent")
    assert made[:10, :, 3].max() == 0
    assert made[12:, :24, 3].min() > 250
    filled = composed(Photo(RGB, alpha), MASK, "white")
    assert filled[:9].min() == 255


def test_words_that_are_not_known_are_refused() -> None:
    with pytest.raises(UnknownName, match="rainbow"):
        composed(Photo(RGB), MASK, "rainbw")
