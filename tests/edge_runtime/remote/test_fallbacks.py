from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.enlarging import COMPACT
from edge_runtime.errors import UnknownName
from edge_runtime.fallbacks import METHOD, cutting, enlarging
from edge_runtime.images import Photo, open_photo


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


@pytest.mark.parametrize("scale", [2, 4])
def test_an_enlarged_photo_is_the_photo(scale: int, lens: Lens, samples: Path) -> None:
    rgb = open_photo(samples / "chelsea.png").rgb[:60, :80]
    larger = enlarging(Photo(rgb), scale).work(lens)
    assert larger.value.pixels.shape == (60 * scale, 80 * scale, 3)
    means = larger.value.pixels.reshape(60, scale, 80, scale, 3).mean(axis=(1, 3))
    assert np.abs(means - rgb).mean() < 3
    assert larger.model == "lanczos"


def test_a_device_with_the_compact_network_enlarges_by_it(lens: Lens, samples: Path) -> None:
    photo = Photo(open_photo(samples / "chelsea.png").rgb[:60, :80])
    fallback = enlarging(photo, 2, {COMPACT})
    larger = fallback.work(lens)
    assert larger.model == COMPACT
    assert larger.value.pixels.shape == (120, 160, 3)
    assert "trained on drawings" in fallback.why
    assert fallback.seconds > 0


@pytest.mark.parametrize(
    ("size_hw", "scale", "why"),
    [((1000, 1000), 4, "250000 pixels"), ((60, 80), 3, "no super-resolution is at hand")],
)
def test_what_the_compact_network_cannot_do_is_interpolated(
    size_hw: tuple[int, int], scale: int, why: str
) -> None:
    fallback = enlarging(Photo(np.zeros((*size_hw, 3), np.uint8)), scale, {COMPACT})
    assert why in fallback.why
    assert "by interpolation" in fallback.why


def test_a_cat_is_cut_out_inside_its_box(lens: Lens, samples: Path) -> None:
    photo = open_photo(samples / "chelsea.png")
    (cat,) = [x for x in lens.detect(photo).value.objects if x.label == "cat"]
    cut = cutting(photo, ["cat"]).work(lens).value
    assert (cut.found, cut.method) == (("cat",), METHOD)
    assert cut.pixels.shape == (*photo.rgb.shape[:2], 4)
    rows, columns = np.nonzero(cut.mask)
    x0, y0, x1, y1 = cat.box_xyxy
    assert x0 - 9 <= columns.min() <= columns.max() <= x1 + 9
    assert y0 - 9 <= rows.min() <= rows.max() <= y1 + 9
    assert cut.mask.sum() > 0.2 * (x1 - x0) * (y1 - y0)


def test_a_person_is_outlined_by_the_portrait_mask(lens: Lens, samples: Path) -> None:
    photo = open_photo(samples / "obama2.jpg")
    cut = cutting(photo, ["people"], "white").work(lens).value
    person = lens.segment(photo).value.probability >= 0.5
    shared = (cut.mask & person).sum() / (cut.mask | person).sum()
    assert shared > 0.9
    assert cut.pixels.shape[2] == 3
    assert (cut.pixels[0, 0] == 255).all()


def test_what_is_not_in_the_photo_is_an_empty_mask(lens: Lens, samples: Path) -> None:
    cut = cutting(open_photo(samples / "obama2.jpg"), ["cat"]).work(lens).value
    assert cut.found == ()
    assert not cut.mask.any()


@pytest.mark.parametrize("names", [["unicorn"], ["person", "unicorn"], "unicorn", [], ""])
def test_a_name_that_the_detector_does_not_know(
    names: list[str] | str, lens: Lens, samples: Path
) -> None:
    with pytest.raises(UnknownName, match="unknown object"):
        cutting(open_photo(samples / "obama2.jpg"), names).work(lens)


def test_what_is_transparent_stays_so(lens: Lens, samples: Path) -> None:
    rgb = open_photo(samples / "chelsea.png").rgb
    alpha = np.full(rgb.shape[:2], 255, np.uint8)
    alpha[:, 225:] = 0
    photo = Photo(rgb, alpha)
    small = Photo(rgb[:40, 200:250], alpha[:40, 200:250])
    larger = enlarging(small, 3).work(lens).value.pixels
    assert larger.shape == (120, 150, 4)
    assert (larger[:, :69, 3].min(), larger[:, 81:, 3].max()) == (255, 0)
    cat = cutting(photo, ["cat"]).work(lens).value.pixels
    assert (cat[:, 225:, 3].max(), cat[150, 200, 3]) == (0, 255)
    white = cutting(photo, ["cat"], "white").work(lens).value.pixels
    assert white[:, 225:].min() == 255
