from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_calibration.health.skin_tone import skin_angle, tone_of
from edge_runtime.results import Face

POINTS = {"right_eye": (30.0, 40.0), "left_eye": (70.0, 40.0), "mouth": (50.0, 70.0)}
FACE = Face(box_xyxy=(20, 20, 80, 80), score=0.9, points=POINTS)


def skin(lightness: float, redness: float, yellowness: float) -> np.ndarray:
    lab = np.full((100, 100, 3), (lightness, redness, yellowness), np.float32)
    return np.rint(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("angle", "tone"),
    [
        (80, "very light"),
        (55.1, "very light"),
        (55, "light"),
        (35, "intermediate"),
        (20, "tan"),
        (0, "brown"),
        (-29.9, "brown"),
        (-31, "dark"),
        (-90, "dark"),
    ],
)
def test_tones_by_angle(angle: float, tone: str) -> None:
    assert tone_of(angle) == tone


@pytest.mark.parametrize(("lightness", "angle"), [(70, 45), (50, 0), (61.5, 30), (30, -45)])
def test_the_angle_is_lightness_over_yellowness(lightness: float, angle: float) -> None:
    assert skin_angle(skin(lightness, 12, 20), FACE) == pytest.approx(angle, abs=1.5)


def test_only_the_middle_of_the_face_counts() -> None:
    photo = skin(30, 10, 20)
    photo[46:64, 30:70] = skin(70, 12, 20)[46:64, 30:70]
    assert skin_angle(photo, FACE) == pytest.approx(45, abs=1.5)


def test_a_grey_photo_has_no_tone() -> None:
    assert skin_angle(skin(60, 0, 0), FACE) is None


def test_a_small_face_has_no_tone() -> None:
    small = Face(box_xyxy=(20, 20, 40, 40), score=0.9, points=POINTS)
    assert skin_angle(skin(60, 12, 20), small) is None


def test_a_face_outside_the_photo_has_no_tone() -> None:
    away = {name: (x, y + 200) for name, (x, y) in POINTS.items()}
    assert (
        skin_angle(skin(60, 12, 20), Face(box_xyxy=FACE.box_xyxy, score=1, points=away)) is None
    )
