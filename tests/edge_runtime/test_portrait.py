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


def faded(below: int) -> Photo:
    """Half of the person, and of what is behind, fades away upwards."""
    alpha = np.broadcast_to(np.clip(np.arange(48) * 12 - 120, 0, 255)[:, None], SIZE)
    return Photo(np.where(alpha[..., None] == 0, np.uint8(below), RGB), alpha.astype(np.uint8))


@pytest.mark.parametrize("background", ["transparent", "blur", "white", "rainbow"])
def test_colours_that_nobody_sees_play_no_part(background: str) -> None:
    made, other = (composed(faded(below), MASK, background) for below in (0, 210))
    np.testing.assert_array_equal(made, other)


def test_out_of_focus_the_photo_is_as_transparent_as_before() -> None:
    photo = faded(0)
    made = composed(photo, MASK, "blur")
    np.testing.assert_array_equal(made[..., 3], photo.alpha)
    there = made[12:, :, :3]
    np.testing.assert_allclose(there[:, :24], 50, atol=1)
    np.testing.assert_allclose(there[:, 50:], 200, atol=3)  # with none of the black


def test_what_is_half_there_keeps_its_colour() -> None:
    made = composed(faded(0), MASK, "transparent")
    np.testing.assert_array_equal(made[12:, :24, :3], RGB[12:, :24])
    white = composed(faded(0), MASK, "white").astype(float)
    share = np.asarray(faded(0).alpha)[:, 5] / 255
    np.testing.assert_allclose(white[:, 5, 0], 255 - share * 205, atol=1)


def test_words_that_are_not_known_are_refused() -> None:
    with pytest.raises(UnknownName, match="rainbow"):
        composed(Photo(RGB), MASK, "rainbw")
