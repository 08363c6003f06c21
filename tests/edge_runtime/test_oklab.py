from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.backdrops.oklab import (
    lab_from_lch,
    lab_from_srgb,
    linear_from_srgb,
    srgb_from_lab,
    srgb_from_linear,
)

# Published with the colour space: XYZ-free checks of white and of the primaries.
KNOWN = [
    ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0)),
    ((1.0, 0.0, 0.0), (0.6279, 0.2249, 0.1258)),
    ((0.0, 1.0, 0.0), (0.8664, -0.2339, 0.1795)),
    ((0.0, 0.0, 1.0), (0.4520, -0.0325, -0.3115)),
]


@pytest.mark.parametrize(("srgb", "lab"), KNOWN)
def test_known_colours(srgb: tuple[float, ...], lab: tuple[float, ...]) -> None:
    assert lab_from_srgb(np.array(srgb)) == pytest.approx(lab, abs=5e-4)


def test_there_and_back() -> None:
    colours = np.random.default_rng(0).random((50, 3))
    assert srgb_from_lab(lab_from_srgb(colours)) == pytest.approx(colours, abs=1e-6)
    assert srgb_from_linear(linear_from_srgb(colours)) == pytest.approx(colours, abs=1e-6)


def test_hue_turns_from_red_to_green() -> None:
    made = lab_from_lch(np.array([[0.5, 0.1, 0.0], [0.5, 0.1, 90.0]]))
    assert made == pytest.approx(np.array([[0.5, 0.1, 0.0], [0.5, 0.0, 0.1]]), abs=1e-9)
