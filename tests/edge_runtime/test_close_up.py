from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens, open_photo
from edge_runtime.close_up import CloseUp, close_up, is_face, square
from edge_runtime.results import Face, Faces


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


def face(*box_xyxy: float) -> Face:
    x0, y0, x1, y1 = box_xyxy
    return Face(box_xyxy=(x0, y0, x1, y1), score=0.6, points={})


@pytest.mark.parametrize(
    ("photo", "faces"),
    [
        ("evaluation/three-men.jpg", [True, True, True, False]),  # the last one is an arm
        ("evaluation/baseball.jpg", [False]),
        ("evaluation/calf.jpg", [False]),
        ("evaluation/camera-man.jpg", [True]),  # from the side, behind a camera
        ("evaluation/canyon-man.jpg", [True]),  # small, in shadow, a cap
        ("evaluation/mexico.jpg", [True]),  # looks away
        ("evaluation/beach-woman.jpg", [True]),  # sunglasses
        ("evaluation/man-in-fridge.jpg", [True]),  # leans on a hand
        ("evaluation/bar-couple-glasses.jpg", [True, True]),  # at night, with a flash
        ("evaluation/andersson.jpg", [True]),  # a beard, grey
        ("samples/astronaut.png", [True]),
    ],
)
def test_faces_stay_faces_and_nothing_else_does(
    root: Path, lens: Lens, photo: str, faces: list[bool]
) -> None:
    opened = open_photo(root / "calibration" / "data" / photo)
    found = lens.landmarks(opened).value.faces
    assert [is_face(lens, opened.rgb, one) for one in found] == faces


@pytest.mark.parametrize("mirrored", [False, True])
def test_small_dark_and_mirrored_faces_stay(root: Path, lens: Lens, mirrored: bool) -> None:
    rgb = open_photo(root / "calibration/data/evaluation/three-men.jpg").rgb // 3
    rgb = np.ascontiguousarray(rgb[:, ::-1] if mirrored else rgb)
    (best, *_) = lens.landmarks(_photo(rgb)).value.faces
    assert is_face(lens, rgb, best)


def test_both_say_how_sure_they_are(root: Path, lens: Lens) -> None:
    opened = open_photo(root / "calibration/data/samples/astronaut.png")
    (found,) = lens.faces(opened).value.faces
    seen = close_up(lens, opened.rgb, found)
    assert 0.85 < seen.score <= 1
    assert 0.999 < seen.presence <= 1
    aside = face(*(side + 200 for side in found.box_xyxy))
    assert close_up(lens, opened.rgb, aside) == CloseUp()
    assert close_up(lens, np.zeros((64, 64, 3), np.uint8), face(9, 9, 40, 40)) == CloseUp()


@pytest.mark.parametrize(
    ("score", "presence", "sure"),
    [(0.7, 0.0, True), (0.69, 0.98, True), (0.69, 0.97, False), (0.0, 0.0, False)],
)
def test_one_of_the_two_is_enough(score: float, presence: float, sure: bool) -> None:
    assert CloseUp(score=score, presence=presence).is_face is sure


def test_what_the_detector_is_sure_of_is_not_looked_at_again() -> None:
    nobody: Any = None
    rgb = np.zeros((9, 9, 3), np.uint8)
    assert is_face(nobody, rgb, Face(box_xyxy=(1, 1, 5, 5), score=0.85, points={}))
    with pytest.raises(AttributeError):
        is_face(nobody, rgb, Face(box_xyxy=(1, 1, 5, 5), score=0.84, points={}))


def test_a_face_beside_it_is_another_one(lens: Lens) -> None:
    class Beside:
        """A lens whose detector sees a face in the corner only."""

        def helper(self, model_id: str, task: type) -> Any:
            assert model_id == "face-detection-short"
            seen = SimpleNamespace(value=Faces(faces=(face(0, 0, 8, 8),)))
            return SimpleNamespace(predict=lambda rgb: seen)

        def predictor(self, model_id: str, task: type) -> Any:
            return lens.predictor(model_id, task)

    beside: Any = Beside()
    rgb = np.zeros((90, 90, 3), np.uint8)
    assert close_up(beside, rgb, face(30, 30, 60, 60)) == CloseUp()


def test_the_square_is_half_as_large_again_and_repeats_the_edge() -> None:
    rgb = np.arange(20 * 30, dtype=np.uint8)[:600].reshape(20, 30)[..., None].repeat(3, 2)
    inside, begins = square(rgb, face(10, 5, 18, 11))
    assert begins == (8, 2)
    np.testing.assert_array_equal(inside, rgb[2:14, 8:20])
    corner, begins = square(rgb, face(-4, -4, 4, 4))
    assert begins == (-6, -6)
    assert corner.shape == (12, 12, 3)
    np.testing.assert_array_equal(corner[6:, 6:], rgb[:6, :6])
    assert (corner[:6, :6] == rgb[0, 0]).all()
    point, _ = square(rgb, face(3.2, 3.2, 3.3, 3.3))
    assert point.shape == (1, 1, 3)


def _photo(rgb: np.ndarray) -> Any:
    from edge_runtime.images import Photo

    return Photo(rgb)
