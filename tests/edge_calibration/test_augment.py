from __future__ import annotations

import msgspec
import numpy as np
import pytest

from edge_calibration.photos.augment import Augmentation, Crop, Flip, Light, Scale, augmented
from edge_calibration.photos.truth import LandmarksTruth, SmileTruth

ALL = [Crop(), Flip(), Light(), Scale()]
RAMP = np.stack(np.broadcast_arrays(*np.ogrid[:60, :100], 128), axis=2).astype(np.uint8)


@pytest.mark.parametrize("how", ALL, ids=lambda how: type(how).__name__)
def test_the_same_seed_gives_the_same_and_another_another(how: Augmentation) -> None:
    once, again, other, elsewhere = (
        augmented(photo, (RAMP, None), how, seed)[0]
        for photo, seed in (("a", 1), ("a", 1), ("a", 2), ("b", 1))
    )
    assert np.array_equal(once, again)
    assert once.dtype == np.uint8
    if not isinstance(how, Flip):
        assert not np.array_equal(once, other)
        assert not np.array_equal(once, elsewhere)


def test_a_crop_is_a_part_of_the_photo_and_its_points_move_with_it() -> None:
    sizes = set()
    for seed in range(30):
        points = LandmarksTruth(points_xy=np.float32([[50, 30]]))
        rgb, truth = augmented("a", (RAMP, points), Crop(least=0.5), seed)
        y, x = rgb[0, 0, :2]
        height, width = rgb.shape[:2]
        assert height >= 30
        assert width >= 50
        assert np.array_equal(rgb, RAMP[y : y + height, x : x + width])
        assert np.array_equal(truth.points_xy, [[50 - x, 30 - y]])
        sizes.add((height, width))
    assert len(sizes) > 20


def test_a_flip_is_the_mirror_image() -> None:
    rgb, truth = augmented("a", (RAMP, SmileTruth(smiling=True)), Flip())
    assert np.array_equal(rgb, RAMP[:, ::-1])
    assert truth == SmileTruth(smiling=True)


@pytest.mark.parametrize(("stops", "grey", "seen"), [(1, 128, 176), (-1, 128, 92), (9, 9, 255)])
def test_light_is_scaled_in_linear_light(stops: float, grey: int, seen: int) -> None:
    """188 and 255 are one stop apart in sRGB; black stays black."""

    class Fixed:
        def uniform(self, low: float, high: float) -> float:
            assert low == -high
            return stops

    rgb, _ = Light(stops=abs(stops)).apply(
        np.array([[[0, grey, 255]]], np.uint8), None, Fixed()
    )
    assert rgb[0, 0, 0] == 0
    assert rgb[0, 0, 1] == pytest.approx(seen, abs=1)


def test_scaling_keeps_the_shape_and_the_truth_in_place() -> None:
    for seed in range(10):
        points = LandmarksTruth(points_xy=np.float32([[100, 60]]))
        rgb, truth = augmented("a", (RAMP, points), Scale(least=0.4), seed)
        height, width = rgb.shape[:2]
        assert height / 60 == pytest.approx(width / 100, abs=0.02)
        assert 24 <= height <= 60
        assert np.allclose(truth.points_xy, [[width, height]])


def test_a_report_names_them_and_reads_them_back() -> None:
    named = msgspec.json.encode(ALL)
    assert msgspec.json.decode(named, type=list[Augmentation]) == ALL
    assert len({how.name() for how in ALL}) == 4
