from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.properties.noise import LEAST, noise_of


def noisy(rgb: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    noise = np.random.default_rng(7).normal(0, sigma, rgb.shape)
    return np.clip(rgb + noise, 0, 255).round().astype(np.uint8)


@pytest.mark.parametrize("sigma", [2, 4, 8, 16, 30])
def test_known_noise_is_measured(sigma: float, smooth: NDArray[np.uint8]) -> None:
    assert noise_of(noisy(smooth, sigma)) == pytest.approx(sigma, rel=0.06)


@pytest.mark.parametrize("name", ["biden.jpg", "chelsea.png", "motorcycle.png", "flower.jpg"])
@pytest.mark.parametrize("sigma", [5, 10, 20])
def test_known_noise_in_photos_is_measured_beside_their_own(
    name: str, sigma: float, sample: Callable[[str], NDArray[np.uint8]]
) -> None:
    rgb = sample(name)
    own = noise_of(rgb)
    assert own is not None
    assert own < 3
    assert noise_of(noisy(rgb, sigma)) == pytest.approx(np.hypot(own, sigma), rel=0.22)


def test_without_noise_it_is_nothing(smooth: NDArray[np.uint8]) -> None:
    assert noise_of(smooth) == pytest.approx(0, abs=0.5)
    assert noise_of(np.full((50, 50, 3), 9, np.uint8)) == 0


def test_a_large_photo_is_sampled_and_means_the_same(smooth: NDArray[np.uint8]) -> None:
    large = cv2.resize(smooth, (2300, 2200), interpolation=cv2.INTER_CUBIC)
    assert noise_of(noisy(large, 6)) == pytest.approx(6, rel=0.06)


def test_a_tiny_picture_says_nothing() -> None:
    assert noise_of(np.zeros((400, LEAST - 1, 3), np.uint8)) is None
