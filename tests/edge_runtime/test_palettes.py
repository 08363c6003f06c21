from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.backdrops.oklab import lab_from_srgb
from edge_runtime.backdrops.palettes import COLOURS, PALETTES, Palette


@pytest.mark.parametrize("word", ["rainbow", *PALETTES, *COLOURS])
def test_every_palette_runs_smoothly_inside_the_gamut(word: str) -> None:
    palette = Palette.of([word])
    colours = palette.ramp(np.linspace(0, 1, 500, dtype=np.float32))
    assert colours.shape == (500, 3)
    assert 0 <= colours.min() < colours.max() <= 1
    steps = np.linalg.norm(np.diff(lab_from_srgb(colours.astype(np.float64)), axis=0), axis=1)
    assert steps.max() < 0.02  # nowhere a jump that the eye would see as an edge


def test_a_plain_colour_is_toned_around_itself() -> None:
    ramp = Palette.of(["blue"]).ramp(np.linspace(0, 1, 5, dtype=np.float32))
    assert np.all(ramp[:, 2] > ramp[:, 0])
    assert ramp[0].sum() < ramp[-1].sum()


def test_colours_follow_each_other_from_top_to_bottom() -> None:
    both = Palette.of(["red", "blue"]).ramp(np.array([0, 1], np.float32))
    assert both[0, 0] > both[0, 2]
    assert both[1, 2] > both[1, 0]


def test_outside_is_the_nearest_end() -> None:
    palette = Palette.of(["sunset"])
    ends = palette.ramp(np.array([-1, 0, 1, 2], np.float32))
    assert np.array_equal(ends[0], ends[1])
    assert np.array_equal(ends[2], ends[3])


def test_lighter_and_paler() -> None:
    palette = Palette.of(["fire"])
    plain, lighter, grey = (
        palette.at(0.5),
        palette.at(0.5, lighten=0.2),
        palette.at(0.5, mute=1.0),
    )
    assert lighter.sum() > plain.sum()
    assert np.ptp(grey) < 0.01 < np.ptp(plain)
