from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens, Photo, Style
from edge_runtime.contract import Resize
from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.painting import finished, paint_like, paint_mix
from edge_runtime.preprocess import fit_pixels

RGB = np.random.default_rng(3).integers(0, 256, (32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def lens(tiny_bundle: Path) -> Lens:
    """Here the mix paints the negative, and any style halves the light."""
    return Lens(tiny_bundle)


def test_a_mix_is_what_the_graph_makes_of_the_photo(lens: Lens) -> None:
    made = paint_mix(lens, RGB, Style(mix="3:0.5,12:0.5"), None)
    np.testing.assert_array_equal(made.value.pixels, 255 - RGB)
    assert (made.model, made.variant) == ("style-transfer", "fp32")


def test_another_style_runs_two_models_and_both_are_timed(lens: Lens) -> None:
    style = Style(picture=Photo(RGB[::-1].copy()))
    made = paint_like(lens, RGB, style, None)
    np.testing.assert_allclose(made.value.pixels, RGB / 2, atol=0.5)
    assert made.model == "style-transfer-any"


def test_it_is_painted_at_the_size_asked_for_and_comes_back_at_the_photos(lens: Lens) -> None:
    made = paint_mix(lens, RGB, Style(size_hw=(8, 16)), None)
    assert made.value.pixels.shape == RGB.shape
    network = lens.predictor("style-transfer", object, (8, 16))
    small = fit_pixels(RGB, network.step(Resize), (8, 16))[0]
    assert abs(float(made.value.pixels.mean()) - (255 - small).mean()) < 6


@pytest.mark.parametrize("mix", ["26", "-1", "a", "3:0.5,x:0.5"])
def test_a_style_that_is_not_there_is_refused(lens: Lens, mix: str) -> None:
    with pytest.raises(PocketLensError) as caught:
        paint_mix(lens, RGB, Style(mix=mix), None)
    assert "\n" not in str(caught.value)


def test_a_model_that_paints_otherwise_is_refused(lens: Lens) -> None:
    with pytest.raises(UnknownName, match="known: style-transfer"):
        paint_mix(lens, RGB, Style(), "style-transfer-any")


def test_no_strength_is_the_photo_and_full_strength_the_painting() -> None:
    painted = 255 - RGB
    np.testing.assert_array_equal(finished(RGB, painted, Style(strength=0.0)), RGB)
    np.testing.assert_array_equal(finished(RGB, painted, Style()), painted)


def test_kept_colours_leave_grey_grey() -> None:
    grey = np.repeat(RGB[..., :1], 3, axis=2)
    kept = finished(grey, RGB, Style(keep_colours=True)).astype(int)
    assert np.ptp(kept, axis=2).max() <= 2
    assert np.ptp(finished(grey, RGB, Style()), axis=2).max() > 50
