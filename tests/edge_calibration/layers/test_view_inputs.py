from __future__ import annotations

from pathlib import Path

import pytest

from edge_calibration.datasets import photo_paths
from edge_calibration.layers.view_inputs import view_inputs
from edge_runtime.pipeline import Lens


@pytest.fixture(scope="module")
def photos() -> list[tuple[str, Path]]:
    return [(name, path) for name, path in photo_paths("samples").items()]


@pytest.mark.parametrize(
    ("model", "shapes"),
    [
        ("portrait-segmentation", {"image": (1, 256, 256, 3)}),
        ("smile", {"image": (1, 64, 64, 3)}),
        ("style-transfer", {"image": (1, 384, 384, 3), "style_weights": (1, 26)}),
    ],
)
def test_what_goes_in_is_what_the_spec_says(
    model: str, shapes: dict[str, tuple[int, ...]], photos: list[tuple[str, Path]], lens: Lens
) -> None:
    spec = lens.bundle.entry(model).spec
    found = view_inputs(lens, spec, photos, 2)
    assert len(found) == 2
    for inputs in found.values():
        assert {name: values.shape for name, values in inputs.items()} == shapes


def test_photos_that_show_nothing_are_passed_over(
    photos: list[tuple[str, Path]], lens: Lens
) -> None:
    spec = lens.bundle.entry("smile").spec
    without = [(name, path) for name, path in photos if name in {"page", "coffee"}]
    assert view_inputs(lens, spec, without, 2) == {}


def test_a_second_view_of_a_photo_has_a_name_of_its_own(
    photos: list[tuple[str, Path]], lens: Lens
) -> None:
    spec = lens.bundle.entry("portrait-segmentation").spec
    twice = [photos[0], photos[0]]
    assert list(view_inputs(lens, spec, twice, 4)) == [photos[0][0], f"{photos[0][0]}#1"]
