from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge_calibration.datasets import photo_paths
from edge_calibration.photos.picture_metrics import gmsd, ssim
from edge_runtime.images import open_photo

MEASURES = pytest.mark.parametrize(("measure", "same"), [(ssim, 1.0), (gmsd, 0.0)])


def flat(grey: int) -> np.ndarray:
    return np.full((24, 24, 3), grey, np.uint8)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return open_photo(photo_paths("samples")["chelsea"]).rgb[:160, :200]


@MEASURES
def test_the_same_picture(
    measure: Callable[..., float], same: float, photo: np.ndarray
) -> None:
    assert measure(photo, photo) == pytest.approx(same)


def test_ssim_of_two_flat_pictures_is_that_of_their_means() -> None:
    c1 = (0.01 * 255) ** 2
    wanted = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)
    assert ssim(flat(100), flat(120)) == pytest.approx(wanted, rel=1e-9)


def test_ssim_against_the_formula_of_one_window(photo: np.ndarray) -> None:
    made, wanted = photo[:11, :11], photo[40:51, 60:71]
    steps = np.arange(-5, 6)
    weights = np.exp(-(steps[:, None] ** 2 + steps[None] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    a, b = (p @ np.array([0.299, 0.587, 0.114]) for p in (made, wanted))
    ma, mb = (weights * a).sum(), (weights * b).sum()
    va, vb = (weights * (a - ma) ** 2).sum(), (weights * (b - mb) ** 2).sum()
    cov = (weights * (a - ma) * (b - mb)).sum()
    c1, c2 = 6.5025, 58.5225
    one = (2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
    assert ssim(made, wanted) == pytest.approx(one, rel=1e-6)


def test_gmsd_of_a_straight_edge_by_hand() -> None:
    """Half of an 8 x 8 picture is white: at half size, of 2 x 2 places all see the edge."""
    edge = np.zeros((8, 8, 3), np.uint8)
    edge[:, 4:] = 255
    slope = np.zeros((8, 12, 3), np.uint8)
    slope[:, 6:] = 255  # places: no edge, edge, edge, no edge
    alike = (0 + 170) / (255**2 + 170)
    assert gmsd(edge, np.zeros_like(edge)) == pytest.approx(0.0)
    assert gmsd(slope, np.zeros_like(slope)) == pytest.approx((1 - alike) / 2)


@pytest.mark.parametrize("measure", [ssim, lambda a, b: 1 - gmsd(a, b)], ids=["ssim", "gmsd"])
def test_more_noise_looks_worse(measure: Callable[..., float], photo: np.ndarray) -> None:
    noise = np.random.default_rng(0).normal(size=photo.shape)
    noisy = [np.clip(photo + amount * noise, 0, 255).astype(np.uint8) for amount in (4, 12, 40)]
    likeness = [measure(one, photo) for one in noisy]
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[0] < 1


@MEASURES
@pytest.mark.parametrize(
    ("size", "told"), [((30, 24, 3), "cannot be compared"), ((24, 4, 3), "cannot|smaller")]
)
def test_sizes_that_do_not_fit_are_refused(
    measure: Callable[..., float], same: float, size: tuple[int, ...], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        measure(np.zeros(size, np.uint8), flat(0))


@MEASURES
def test_tiny_pictures_are_refused(measure: Callable[..., float], same: float) -> None:
    tiny = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match="smaller than"):
        measure(tiny, tiny)
