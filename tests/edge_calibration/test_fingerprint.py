from __future__ import annotations

import numpy as np
import pytest

from edge_calibration.datasets import photo_paths
from edge_calibration.health.fingerprint import CELLS, SIDE, fingerprint, windows
from edge_runtime.images import open_photo


@pytest.fixture(scope="module")
def cat() -> np.ndarray:
    return open_photo(photo_paths("samples")["chelsea"]).rgb


def test_windows_begin_with_the_whole_and_stay_inside() -> None:
    assert windows()[0].tolist() == [0, 0, 1, 1]
    assert len(np.unique(windows(), axis=0)) == len(windows()) == 441
    assert windows().min() >= 0
    assert windows().max() <= 1
    assert (windows()[:, 2:] - windows()[:, :2]).min() == pytest.approx(0.5)


def test_views_are_brightness_without_level_or_contrast(cat: np.ndarray) -> None:
    seen = fingerprint(cat)
    assert seen.small.shape == (SIDE, SIDE, 3)
    assert seen.views.shape == (441, CELLS**2)
    assert np.allclose(np.linalg.norm(seen.views, axis=1), 1, atol=1e-5)
    darker = fingerprint((cat * 0.5 + 20).astype(np.uint8))
    assert darker.whole @ seen.whole > 0.999


def test_a_crop_looks_like_its_window(cat: np.ndarray) -> None:
    height, width = cat.shape[:2]
    at = next(i for i, w in enumerate(windows()) if np.allclose(w, [0.2, 0.3, 0.9, 0.9]))
    part = cat[
        round(0.3 * height) : round(0.9 * height), round(0.2 * width) : round(0.9 * width)
    ]
    likeness = fingerprint(cat).views @ fingerprint(part).whole
    assert likeness[at] > 0.99


def test_the_mirrored_view_is_that_of_the_mirror_image(cat: np.ndarray) -> None:
    assert fingerprint(cat).mirrored @ fingerprint(cat[:, ::-1]).whole > 0.999


def test_a_photo_of_nothing_has_an_empty_view() -> None:
    views = fingerprint(np.full((40, 30, 3), 7, np.uint8)).views
    assert np.isfinite(views).all()
    assert np.abs(views).max() < 1e-3
