from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_server.search.description import Look, look_of
from edge_server.search.matching import aligned

Pixels = NDArray[np.uint8]
Sample = Callable[[str], Pixels]


def look(rgb: Pixels) -> Look:
    return look_of(cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY).astype(np.uint8))


def turned(rgb: Pixels, degrees: float) -> Pixels:
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return cv2.warpAffine(rgb, matrix, (width, height)).astype(np.uint8)


def test_a_crop_lies_where_it_was_cut_out(sample: Sample) -> None:
    rgb = sample("samples/china.jpg")
    found = aligned(look(rgb[100:350, 200:520]), look(rgb))
    assert found is not None
    assert found.inliers > 100
    assert found.agreement > 0.9
    assert found.scale == pytest.approx(1, abs=0.02)
    assert found.degrees == pytest.approx(0, abs=1)
    assert found.matrix[:, 2] == pytest.approx([200, 100], abs=3)


@pytest.mark.parametrize("degrees", [-12, -5, 4, 90])
def test_a_turned_copy_is_turned_by_as_much(degrees: float, sample: Sample) -> None:
    rgb = sample("samples/motorcycle.png")
    found = aligned(look(rgb), look(turned(rgb, degrees)))
    assert found is not None
    assert found.degrees == pytest.approx(degrees, abs=1)


@pytest.mark.parametrize("factor", [0.4, 0.7, 1.6])
def test_a_resized_copy_is_as_much_larger(factor: float, sample: Sample) -> None:
    rgb = sample("evaluation/castle.jpg")
    other = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    found = aligned(look(rgb), look(other.astype(np.uint8)))
    assert found is not None
    assert found.scale == pytest.approx(factor, rel=0.03)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("samples/obama.jpg", "samples/obama2.jpg"),
        ("samples/obama3.jpg", "samples/biden.jpg"),
        ("evaluation/bar-couple.jpg", "evaluation/bar-couple-glasses.jpg"),
        ("evaluation/castle.jpg", "evaluation/palaisdes-papes.jpg"),
        ("evaluation/brick.jpg", "evaluation/gravel.jpg"),
    ],
)
def test_photos_of_the_same_series_are_no_copies(one: str, other: str, sample: Sample) -> None:
    assert aligned(look(sample(one)), look(sample(other))) is None


def test_a_mirror_image_is_no_copy_until_it_is_mirrored_again(sample: Sample) -> None:
    rgb = sample("samples/coffee.png")
    assert aligned(look(rgb[:, ::-1]), look(rgb)) is None
    assert aligned(look(rgb[:, ::-1][:, ::-1]), look(rgb)) is not None


def test_a_background_that_two_photos_share_does_not_make_copies_of_them(
    sample: Sample,
) -> None:
    rgb = sample("samples/china.jpg")
    height, width = rgb.shape[:2]
    one, other = rgb.copy(), rgb.copy()
    for photo, name in ((one, "samples/chelsea.png"), (other, "samples/coffee.png")):
        size = (int(width * 0.75), int(height * 0.8))
        photo[-size[1] :, : size[0]] = cv2.resize(sample(name), size)
    assert aligned(look(one), look(one)) is not None
    assert aligned(look(one), look(other)) is None


def test_a_picture_of_few_details_is_a_copy_where_all_of_it_agrees() -> None:
    y, x = np.mgrid[0:300, 0:400].astype(np.float32)
    soft = np.dstack([x / 2, y / 2, 200 - x / 4]).astype(np.uint8)
    brighter = np.clip(soft * 1.1 + 9, 0, 255).astype(np.uint8)
    found = aligned(look(soft), look(brighter))
    assert found is not None
    assert found.inliers == 0
    assert aligned(look(soft), look(np.rot90(soft).copy())) is None


def test_plain_pictures_are_copies_of_nothing() -> None:
    plain = look(np.full((50, 50, 3), 10, np.uint8))
    assert aligned(plain, plain) is None
    assert aligned(look(np.zeros((1, 1, 3), np.uint8)), plain) is None
