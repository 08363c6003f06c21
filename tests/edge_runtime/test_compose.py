from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_runtime.compose import (
    background_for,
    background_named,
    cut_out,
    replace_background,
)
from edge_runtime.errors import PhotoNotFound, PocketLensError

RED, GREEN = (220, 30, 30), (20, 200, 40)


def scene() -> tuple[np.ndarray, np.ndarray]:
    """Red person on the left, green ground on the right, a soft edge between."""
    alpha = np.clip((70 - np.arange(120, dtype=np.float32)) / 20, 0, 1)
    alpha = np.broadcast_to(alpha, (80, 120)).copy()
    photo = alpha[..., None] * RED + (1 - alpha[..., None]) * GREEN
    return photo.astype(np.uint8), alpha


def test_the_edge_has_the_persons_colours() -> None:
    photo, alpha = scene()
    made = cut_out(photo, alpha)
    edge = (alpha > 0.3) & (alpha < 0.9)
    assert made.shape == (80, 120, 4)
    assert np.abs(made[edge][:, :3].astype(int) - RED).mean() < 15
    assert np.abs(photo[edge].astype(int) - RED).mean() > 30
    assert np.array_equal(made[..., 3], (alpha * 255 + 0.5).astype(np.uint8))


def test_another_background_shows_only_where_the_person_is_not() -> None:
    photo, alpha = scene()
    made = replace_background(photo, alpha, np.full_like(photo, 255))
    assert np.array_equal(made[alpha == 1], photo[alpha == 1])
    assert np.all(made[alpha == 0] == 255)
    edge = made[(alpha > 0.3) & (alpha < 0.9)].astype(int)
    assert (edge[:, 1] - edge[:, 2]).max() < 40  # white, not green, comes through


@pytest.mark.parametrize(
    ("text", "colour"),
    [("white", (255, 255, 255)), ("#102030", (16, 32, 48)), ("rebeccapurple", (102, 51, 153))],
)
def test_a_colour_fills(text: str, colour: tuple[int, int, int]) -> None:
    made = background_for(text, *scene())
    assert made is not None
    assert set(map(tuple, made.reshape(-1, 3).tolist())) == {colour}


def test_transparent_is_none() -> None:
    assert background_for("transparent", *scene()) is None


def test_the_blurred_ground_has_nothing_of_the_person() -> None:
    photo, alpha = scene()
    made = background_for("blur", photo, alpha)
    assert made is not None
    assert made.shape == photo.shape
    assert (made[:, 70:, 1].astype(int) - made[:, 70:, 0]).min() > 100


def test_a_picture_covers_without_being_squeezed(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    wide = np.zeros((50, 400, 3), np.uint8)
    wide[:, 200:] = 255
    Image.fromarray(wide).save(path)
    made = background_for(str(path), *scene())
    assert made is not None
    assert made.shape == (80, 120, 3)
    assert made[:, :50].max() < 10
    assert made[:, 70:].min() > 245


def test_words_make_a_backdrop_and_unknown_ones_list_the_known() -> None:
    made = background_for("sunset, gradient", *scene())
    assert made is not None
    assert made.std() > 10
    with pytest.raises(PocketLensError, match="did you mean 'sunset'") as caught:
        background_for("sunst,gradient", *scene())
    assert "a CSS colour" in str(caught.value)
    assert "a picture's path" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_where_no_file_is_read_none_is_offered() -> None:
    with pytest.raises(PocketLensError, match="a CSS colour") as caught:
        background_named("sunst", *scene())
    assert "path" not in str(caught.value)


def test_a_picture_that_is_not_there_is_said_to_be_missing() -> None:
    rgb = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(PhotoNotFound, match="there is no picture missing.png"):
        background_for("missing.png", rgb, np.ones((8, 8), np.float32))
