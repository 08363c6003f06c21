from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.errors import UnknownName
from edge_runtime.filters import Filter
from edge_runtime.filters import recipe as r
from edge_runtime.images import open_photo
from edge_server.problems import InvalidParameter
from edge_server.tasks.filtering import FilterParams, filtered, without_backgrounds
from edge_server.tasks.light import Asked

SAMPLES = Path(__file__).parents[3] / "calibration" / "data" / "samples"
PHOTO = open_photo(SAMPLES / "astronaut.png")
CORNER = np.s_[:40, :40]


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


def made(lens: Lens, picture: str = "", **given: str) -> Any:
    pictures = {"background_image": open_photo(SAMPLES / picture)} if picture else {}
    params = FilterParams(**given)
    asked = Asked(by=filtered, photo=PHOTO, model="smile", params=params, pictures=pictures)
    return filtered(lens, asked).value.pixels


def test_a_preset_is_that_of_the_phone_pixel_by_pixel(lens: Lens) -> None:
    expected = Filter.preset("mood")(lens, PHOTO).value.pixels
    assert np.array_equal(made(lens), expected)


def test_a_background_of_words_replaces_that_of_the_preset_and_nothing_else(lens: Lens) -> None:
    sunny, red = made(lens), made(lens, background="red")
    assert red[CORNER][..., 0].mean() > 200
    assert red[CORNER][..., 2].mean() < 60
    assert sunny[CORNER][..., 2].mean() > 120
    glasses = np.s_[95:115, 190:280]  # of who smiles, whatever is behind
    assert PHOTO.rgb[glasses].mean() > sunny[glasses].mean() + 40
    assert np.abs(red[glasses].astype(int) - sunny[glasses]).mean() < 12


def test_a_picture_goes_before_words(lens: Lens) -> None:
    sent = made(lens, "china.jpg", background="red")
    assert np.array_equal(sent, made(lens, "china.jpg"))
    assert not np.array_equal(sent, made(lens, background="red"))


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"background": "transparent"}, InvalidParameter),
        ({"background": "nonsense"}, UnknownName),
        ({"preset": "../mood"}, UnknownName),
        ({"preset": "nonsense"}, UnknownName),
    ],
)
def test_what_cannot_be_painted_is_said(
    lens: Lens, given: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        made(lens, **given)


def test_backgrounds_are_left_out_however_deep_they_lie() -> None:
    light = r.Light(at=(0.5, 0.5), colour="#ffffff")
    behind = r.Background(words="red")
    inner = r.Choose(when=r.Person(), then=(behind, light), otherwise=(behind,))
    layers = (behind, r.Choose(when=r.Smiling(), then=(inner,)), light)
    kept = without_backgrounds(layers)
    bare = r.Choose(when=r.Person(), then=(light,))
    assert kept == (r.Choose(when=r.Smiling(), then=(bare,)), light)
