from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edge_runtime import Lens
from edge_runtime.video.face_smoothing import FaceSmoother
from edge_runtime.video.tracking import FaceTracker

SIZE_WH = (320, 240)


def on_photo(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points[:, :2] @ matrix[:, :2].T + matrix[:, 2]


def test_landmarks_tremble_less_and_are_no_later(
    lens: Lens,
    cropped: Callable[..., np.ndarray],
    portrait_view: Callable[..., Any],
    with_noise: Callable[..., np.ndarray],
) -> None:
    """On the photo no point moves, however the crop does: its motion there is trembling, its
    distance from where it mostly is an error, and lag is one."""
    size = np.empty((1137, 910, 3), np.uint8)
    for reach, part in ((0.0, 0.4), (0.04, 0.8)):
        views = [portrait_view(number, reach) for number in range(45)]
        frames = [with_noise(cropped("obama.jpg", one), n) for n, one in enumerate(views)]
        matrices = [one.matrix(size, SIZE_WH) for one in views]
        tracker, smoother = FaceTracker(lens, smooth=False), FaceSmoother()
        raw = [tracker.follow(frame, n / 30)[0].raw for n, frame in enumerate(frames)]
        steady = [smoother.smooth(points, n / 30) for n, points in enumerate(raw)]
        there = [
            np.array([on_photo(*pair) for pair in zip(matrices, points, strict=True)])[5:]
            for points in (raw, steady)
        ]
        trembling = [np.abs(np.diff(points, axis=0)).mean() for points in there]
        errors = [np.abs(points - there[0].mean(axis=0)).mean() for points in there]
        assert trembling[1] < part * trembling[0], reach
        assert errors[1] <= 1.02 * errors[0], reach


def test_a_turn_of_the_head_all_round_is_followed() -> None:
    shape = np.random.default_rng(0).normal(0, 30, (468, 3))
    smoother, last = FaceSmoother(), 0.0
    for number in range(90):
        angle = number * 0.1
        cos, sin = np.cos(angle), np.sin(angle)
        points = shape @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]]) + (160, 120, 0)
        made = smoother.smooth(points.astype(np.float32), number / 30)
        last = float(np.abs(made - points).max())
    assert made.dtype == np.float32
    assert last < 12  # of points up to 100 pixels from the middle
