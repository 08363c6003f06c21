from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.bands import LONGEST
from edge_runtime.matting import refine


def scene(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A photo of a light disc with thin spikes before a dark ground, its true matte, and
    the blurred, coarse mask that a network would give."""
    truth = np.zeros((size, size), np.float32)
    cv2.circle(truth, (size // 2, size // 2), size // 4, 1.0, -1, cv2.LINE_AA)
    for angle in np.linspace(0, 2 * np.pi, 40):
        end = size / 2 + size * 0.3 * np.array([np.cos(angle), np.sin(angle)])
        middle = (size // 2, size // 2)
        cv2.line(truth, middle, tuple(np.round(end).astype(int).tolist()), 1.0, 1, cv2.LINE_AA)
    noise = np.random.default_rng(0).normal(0, 2, (size, size, 3))
    photo = 30 + truth[..., None] * (190, 160, 120) + noise
    coarse = cv2.GaussianBlur(
        cv2.resize(truth, (48, 48), interpolation=cv2.INTER_AREA), (0, 0), 1
    )
    mask = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.clip(photo, 0, 255).astype(np.uint8), truth, mask


def test_the_edge_is_nearer_the_truth_than_the_mask_was() -> None:
    photo, truth, mask = scene(400)
    alpha = refine(photo, mask)
    assert alpha.dtype == np.float32
    assert alpha.shape == mask.shape
    assert np.abs(alpha - truth).mean() < 0.6 * np.abs(mask - truth).mean()


def test_what_the_network_is_sure_of_stays() -> None:
    photo, _, mask = scene(300)
    alpha = refine(photo, mask)
    assert np.all(alpha[mask == 0] == 0)
    assert np.all(alpha[mask >= 1] == 1)
    assert alpha.min() >= 0
    assert alpha.max() <= 1


def test_a_large_photo_is_bounded_and_a_tiny_one_works() -> None:
    photo, truth, mask = scene(2 * LONGEST)
    alpha = refine(photo, mask)
    assert np.abs(alpha - truth).mean() < np.abs(mask - truth).mean()
    assert refine(np.zeros((1, 1, 3), np.uint8), np.ones((1, 1), np.float32)).tolist() == [[1]]
