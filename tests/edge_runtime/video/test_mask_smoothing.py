from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.video.mask_smoothing import MaskSmoother
from edge_runtime.video.watching import Wanted, Watcher

SIZE_WH = (320, 240)


def masks(lens: Lens, frames: Sequence[np.ndarray], *, smooth: bool) -> np.ndarray:
    watcher = Watcher(lens, Wanted(mask=True, smooth=smooth), SIZE_WH)
    seen = [watcher.look(frame, n / 30).mask for n, frame in enumerate(frames)]
    return np.array([mask for mask in seen if mask is not None])


@pytest.mark.parametrize("reach", [0.0, 0.03])
def test_a_film_flickers_less_and_the_mask_is_no_later(
    lens: Lens,
    cropped: Callable[..., np.ndarray],
    view: Callable[..., Any],
    with_noise: Callable[..., np.ndarray],
    reach: float,
) -> None:
    """A real photo that moves as it is told, with a sensor's noise and a hand's jitter.

    What should be seen is the mask of one clean frame, moved alike: flicker is what changes
    between frames beyond that, and being late shows as an error.
    """
    jitter = np.random.default_rng(2).normal(0, 0.0004, (24, 2))
    shifts = np.array([(reach * np.sin(n / 8), reach / 2 * np.sin(n / 6)) for n in range(24)])
    views = [view(0.5 + x, 0.36 + y, 2.8) for x, y in shifts + jitter]
    frames = [with_noise(cropped("obama.jpg", one), n, 9.0) for n, one in enumerate(views)]
    still = cropped("obama.jpg", view(0.5, 0.36, 2.8))
    (reference,) = masks(lens, [still], smooth=False)
    wanted = [moved(reference, one) for one in views]
    inside = np.s_[5:, 20:-20, 40:-40]
    raw, steady = (masks(lens, frames, smooth=smooth) for smooth in (False, True))
    flicker = [np.abs(np.diff(one - wanted, axis=0))[inside].mean() for one in (raw, steady)]
    error = [np.abs(one - wanted)[inside].mean() for one in (raw, steady)]
    assert flicker[1] < 0.6 * flicker[0] if reach == 0 else flicker[1] < 0.85 * flicker[0]
    assert error[1] <= error[0]


def moved(mask: np.ndarray, view: Any) -> np.ndarray:
    """The mask where a view shows it; the photo is 910x1137."""
    height, width = mask.shape
    x = (view.x - 0.5) * 910 / view.scale * width / SIZE_WH[0]
    y = (view.y - 0.36) * 1137 / view.scale * height / SIZE_WH[1]
    matrix = np.array([[1, 0, -x], [0, 1, -y]])
    return cv2.warpAffine(mask, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


def test_a_cut_leaves_no_ghost(
    lens: Lens, cropped: Callable[..., np.ndarray], view: Callable[..., Any]
) -> None:
    person = cropped("obama.jpg", view(0.5, 0.36, 2.8))
    nobody = cropped("china.jpg", view(0.5, 0.5, 1.3))
    smooth = masks(lens, [*[person] * 4, nobody, nobody], smooth=True)
    raw = masks(lens, [nobody], smooth=False)[0]
    assert smooth[3].mean() > 0.3
    np.testing.assert_array_equal(smooth[4], raw)


def test_what_appears_is_there_at_once() -> None:
    """Also without a cut: the picture changed there, so only the new mask counts."""
    random = np.random.default_rng(0)
    before = random.integers(90, 110, (144, 256, 3)).astype(np.uint8)
    after, mask = before.copy(), np.zeros((144, 256), np.float32)
    after[40:100, 80:160] = 240
    smoother = MaskSmoother()
    for _ in range(3):
        smoother.smooth(mask, before)
    arrived = mask.copy()
    arrived[40:100, 80:160] = 1
    made = smoother.smooth(arrived, after)
    assert made[50:90, 90:150].min() > 0.9
    assert made[:30].max() < 0.1


def test_one_flash_of_the_network_is_held_down() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (144, 256, 3)).astype(np.uint8)
    calm, flash = np.zeros((144, 256), np.float32), np.ones((144, 256), np.float32)
    smoother = MaskSmoother()
    smoother.smooth(calm, picture)
    assert smoother.smooth(flash, picture).max() < 0.5
    smoother.reset()
    assert smoother.smooth(flash, picture).min() == 1
