from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.errors import PhotoNotFound, SpecError, UnknownName
from edge_runtime.filters import Filter
from edge_runtime.filters import recipe as r
from edge_runtime.outcomes import Degraded, Ok


def written(path: Path, *layers: r.Layer) -> Path:
    path.write_bytes(msgspec.json.encode(r.Recipe(title="A", about="B", layers=layers)))
    return path


def test_a_recipe_of_ones_own(lens: Lens, samples: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "mine.json", r.Grade(saturation=-1))
    mine = Filter.load(path)
    outcome = mine(lens, samples / "astronaut.png")
    assert isinstance(outcome, Ok)
    pixels = outcome.value.pixels
    assert pixels.shape == (512, 512, 3)
    assert np.ptp(pixels.astype(int), axis=2).max() <= 1
    assert outcome.provenance.model == "filter/mine"
    assert set(outcome.provenance.ms) == {"apply"}


def test_its_own_parts_lie_beside_it(tmp_path: Path) -> None:
    written(tmp_path / "part.json", r.Grade(warmth=0.2))
    mine = Filter.load(written(tmp_path / "mine.json", r.Include(recipe="part")))
    assert mine.drawable.layers == (r.Grade(warmth=0.2),)
    assert not mine.needs.mask


def test_a_blur_without_depths_says_that_it_is_less(
    lens: Lens, samples: Path, tmp_path: Path
) -> None:
    blurred = Filter.load(written(tmp_path / "b.json", r.Blur()))(lens, samples / "obama2.jpg")
    assert isinstance(blurred, Degraded)
    assert "by the portrait mask, not by depth" in blurred.why
    assert blurred.value.pixels.shape == (1200, 626, 3)


def test_what_is_not_there_is_named(lens: Lens, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown filter 'nosuch'"):
        Filter.preset("nosuch")
    with pytest.raises(SpecError, match="cannot be read"):
        Filter.load(tmp_path / "none.json")
    plain = Filter.load(written(tmp_path / "p.json"))
    with pytest.raises(PhotoNotFound):
        plain(lens, tmp_path / "none.jpg")
