from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime import Lens, Photo, Runtime, Style, open_photo
from edge_runtime.errors import PocketLensError, UnknownName
from edge_runtime.spec import FaceDetection, PortraitSegmentation


@pytest.fixture(scope="module")
def lens() -> Lens:
    return Lens()


@pytest.mark.parametrize(
    "name", ["astronaut.png", "obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"]
)
def test_people_are_found_by_every_task(lens: Lens, samples: Path, name: str) -> None:
    photo = open_photo(samples / name)
    (face,) = lens.landmarks(photo).value.faces
    assert face.landmarks is not None
    nose = face.landmarks[1]
    assert np.hypot(*(nose[:2] - face.points["nose_tip"])) < 0.25 * (
        face.box_xyxy[2] - face.box_xyxy[0]
    )
    mask = lens.segment(photo).value.probability
    x, y = map(int, face.points["nose_tip"])
    assert mask[y, x] > 0.9
    assert mask[5, 5] < 0.2


@pytest.mark.parametrize(
    ("name", "smiles"),
    [
        ("astronaut.png", True),
        ("obama.jpg", True),
        ("obama2.jpg", False),
        ("obama3.jpg", False),
        ("biden.jpg", False),
    ],
)
def test_a_smile_is_told_from_a_neutral_face(
    lens: Lens, samples: Path, name: str, smiles: bool
) -> None:
    (face,) = lens.smile(samples / name).value.faces
    assert face.smile is not None
    assert (face.smile > 0.95) == smiles


def test_the_two_detectors_agree(lens: Lens, samples: Path) -> None:
    boxes = [
        lens.faces(samples / "obama.jpg", model).value.faces[0].box_xyxy
        for model in ("face-detection-short", "face-detection-full")
    ]
    assert np.abs(np.subtract(*boxes)).max() < 40


def test_both_segmenters_agree(lens: Lens, samples: Path) -> None:
    square, wide = (
        lens.segment(samples / "astronaut.png", model).value.probability >= 0.5
        for model in ("portrait-segmentation", "portrait-segmentation-landscape")
    )
    assert (square & wide).sum() / (square | wide).sum() > 0.9


def test_a_photo_a_path_and_bytes_are_the_same(lens: Lens, samples: Path) -> None:
    path = samples / "coffee.png"
    answers = [
        lens.classify(source).value
        for source in (path, str(path), path.read_bytes(), open_photo(path))
    ]
    assert all(answer == answers[0] for answer in answers)


def test_more_threads_change_nothing_that_matters(samples: Path) -> None:
    masks = [
        Lens(runtime=Runtime(threads=threads)).segment(samples / "obama.jpg").value.probability
        for threads in (1, 2)
    ]
    assert np.abs(masks[0] - masks[1]).max() < 0.02


def test_a_style_has_strength_and_size(lens: Lens, samples: Path) -> None:
    photo = open_photo(samples / "chelsea.png")
    full, half = (
        lens.style(photo, Style(mix="3", strength=strength)).value.pixels.astype(int)
        for strength in (1.0, 0.5)
    )
    assert np.abs((full + photo.rgb) / 2 - half).max() <= 1.5
    large = lens.style(photo, Style(mix="3", size_hw=(512, 512))).value.pixels
    free = lens.style(photo, Style(mix="3", size_hw=(320, 448))).value.pixels
    assert large.shape == free.shape == photo.rgb.shape


def test_an_alpha_of_the_photo_is_kept(lens: Lens, samples: Path, tmp_path: Path) -> None:
    from PIL import Image

    picture = Image.open(samples / "astronaut.png").convert("RGBA")
    alpha = Image.new("L", picture.size, 255)
    alpha.paste(0, (0, 0, 512, 200))
    picture.putalpha(alpha)
    picture.save(tmp_path / "a.png")
    made = lens.background(tmp_path / "a.png").value.pixels
    assert made[:200, :, 3].max() == 0
    opaque = lens.background(samples / "astronaut.png").value.pixels
    # Nearer the edge of what is seen the mask is drawn by that alone.
    assert np.abs(made[232:, :, 3].astype(int) - opaque[232:, :, 3]).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (2000, 3)])
def test_the_smallest_photos_work(lens: Lens, size: tuple[int, int]) -> None:
    photo = Photo(np.zeros((*size, 3), np.uint8))
    assert lens.segment(photo).value.probability.shape == size
    assert lens.faces(photo).value.faces == ()
    assert lens.background(photo, "rainbow").value.pixels.shape == (*size, 3)
    assert lens.style(photo).value.pixels.shape == (*size, 3)
    lens.classify(photo)
    lens.detect(photo)


def test_a_model_of_another_task_is_refused(lens: Lens, samples: Path) -> None:
    with pytest.raises(UnknownName, match="face-detection-short"):
        lens.faces(samples / "coffee.png", "smile")
    with pytest.raises(PocketLensError, match="did you mean"):
        lens.faces(samples / "coffee.png", "face-detection-shrt")


def test_a_helper_runs_in_the_variant_asked_for_or_in_its_own(tiny_bundle: Path) -> None:
    tiny = Lens(tiny_bundle, Runtime(variant="weight_only_wi8_afp32"))
    assert tiny.helper("portrait-segmentation", PortraitSegmentation).variant == (
        "weight_only_wi8_afp32"
    )
    assert tiny.helper("face-detection-short", FaceDetection).variant == "fp32"
    with pytest.raises(UnknownName, match="variant of smile"):
        tiny.smile(Photo(np.zeros((9, 9, 3), np.uint8)))


def test_faces_of_a_known_graph_are_where_they_have_to_be(tiny_bundle: Path) -> None:
    tiny = Lens(tiny_bundle)
    photo = Photo(np.zeros((300, 400, 3), np.uint8))  # in a square of 400, 50 below its top
    (face,) = tiny.landmarks(photo).value.faces
    assert face.box_xyxy == pytest.approx((100, 50, 300, 250))
    assert face.points["left_eye"] == pytest.approx((240, 110))
    assert face.landmarks is not None
    np.testing.assert_allclose(face.landmarks[0], (200, 150, 30), atol=1e-3)
    np.testing.assert_allclose(face.landmarks[1], (50, 0, -30), atol=1e-3)
    (face,) = tiny.smile(photo).value.faces
    assert face.smile == pytest.approx(0.7)
    assert face.expressions == pytest.approx({"angry": 0.1, "happy": 0.7, "neutral": 0.2})
