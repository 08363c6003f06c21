from __future__ import annotations

import math

import numpy as np
import pytest

from edge_runtime.contract import Resize
from edge_runtime.geometry import Placement
from edge_runtime.preprocess import crop, crop_pixels, fit, fit_pixels

RNG = np.random.default_rng(7)


def photo(height: int, width: int) -> np.ndarray:
    return RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)


def ramp(height: int, width: int) -> np.ndarray:
    """A photo whose red is x and whose green is y."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x, y, x * 0], axis=2).astype(np.uint8)


def resize(how: str = "stretch", **rule: int) -> Resize:
    return Resize(fit=how, **rule)  # type: ignore[arg-type]


def neighbours(have: int, want: int) -> tuple[np.ndarray, ...]:
    """Of each output the lower neighbour and the weights of both in 2048ths."""
    at = ((np.arange(want) + 0.5) * (1 / (want / have)) - 0.5).astype(np.float32)
    low = np.floor(at)
    upper = at - low
    weights = np.rint((1 - upper) * 2048), np.rint(upper * 2048)
    return low.astype(int), *(weight.astype(int) for weight in weights)


def bilinear(rgb: np.ndarray, size_hw: tuple[int, int]) -> np.ndarray:
    """The last part of the step ``resize`` as the contract has it."""
    height, width = rgb.shape[:2]
    y, up, down = neighbours(height, size_hw[0])
    x, left, right = neighbours(width, size_hw[1])
    wide = rgb.astype(int)
    rows = wide[:, x.clip(0, width - 1)] * left[:, None]
    rows += wide[:, (x + 1).clip(0, width - 1)] * right[:, None]
    upper = rows[y.clip(0, height - 1)] >> 4
    lower = rows[(y + 1).clip(0, height - 1)] >> 4
    quarters = (upper * up[:, None, None] >> 16) + (lower * down[:, None, None] >> 16)
    return quarters + 2 >> 2


@pytest.mark.parametrize("size_hw", [(24, 24), (17, 31), (30, 40), (60, 80), (100, 9)])
def test_stretch_is_the_written_rule(size_hw: tuple[int, int]) -> None:
    rgb = photo(60, 80)
    pixels, _ = fit_pixels(rgb, resize(), size_hw)
    np.testing.assert_array_equal(pixels, bilinear(rgb, size_hw))


def test_halving_takes_means_of_four_rounded_half_up() -> None:
    rgb = photo(41, 40)
    pixels, placement = fit_pixels(rgb, resize(halve_from=2), (20, 20))
    four = rgb[:40].reshape(20, 2, 20, 2, 3).astype(int).sum(axis=(1, 3))
    np.testing.assert_array_equal(pixels, (four + 2) >> 2)
    np.testing.assert_allclose(placement.points(np.array([1.0, 1.0])), [40, 40])


def test_the_same_size_is_the_same_picture() -> None:
    rgb = photo(33, 47)
    np.testing.assert_array_equal(fit_pixels(rgb, resize(), (33, 47))[0], rgb)


def test_letterbox_keeps_proportions_and_pads() -> None:
    rgb = photo(48, 64)
    pixels, placement = fit_pixels(rgb, resize("letterbox", pad=9, halve_from=99), (32, 32))
    assert np.all(pixels[:4] == 9)
    assert np.all(pixels[28:] == 9)
    np.testing.assert_array_equal(pixels[4:28], bilinear(rgb, (24, 32)))
    corners = placement.points(np.array([(0, 4 / 32), (1, 28 / 32)]))
    np.testing.assert_allclose(corners, [(0, 0), (64, 48)])


def test_crop_cuts_the_sides() -> None:
    rgb = photo(48, 64)
    pixels, _ = fit_pixels(rgb, resize("crop", halve_from=99), (24, 24))
    np.testing.assert_array_equal(pixels, bilinear(rgb[:, 8:56], (24, 24)))


def test_fit_is_the_pixels_as_float() -> None:
    rgb = photo(20, 20)
    widened, _ = fit(rgb, resize(), (16, 12))
    assert widened.shape == (1, 16, 12, 3)
    assert widened.dtype == np.float32
    np.testing.assert_array_equal(widened[0], fit_pixels(rgb, resize(), (16, 12))[0])


@pytest.mark.parametrize("how", ["stretch", "letterbox", "crop"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 40000), (40000, 1), (3, 5)])
def test_odd_photos_fit(how: str, shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 7, np.uint8)
    pixels, placement = fit_pixels(rgb, resize(how, pad=7), (16, 16))
    assert np.all(pixels == 7)
    assert np.isfinite(placement.matrix).all()


def test_a_crop_reads_the_photo_where_the_placement_says() -> None:
    rgb = ramp(100, 120)
    out = crop(rgb, Placement.region(20, 30, 60, 70), (10, 10))
    assert out.shape == (1, 10, 10, 3)
    assert out.dtype == np.float32
    centres = (np.arange(10) + 0.5) * 4 - 0.5  # pixel i covers i..i+1
    np.testing.assert_allclose(out[0, :, :, 0], np.tile(20 + centres, (10, 1)), atol=1)
    np.testing.assert_allclose(out[0, :, :, 1], np.tile(30 + centres, (10, 1)).T, atol=1)


@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 2, -2.0])
def test_a_turned_crop_reads_along_its_axes(angle: float) -> None:
    placement = Placement.square((60, 50), 40, angle)
    out = crop_pixels(ramp(100, 120), placement, (20, 20)).astype(float)
    uv = (np.array([(3, 4), (15, 9), (10, 17)]) + 0.5) / 20
    for (x, y), (column, row) in zip(
        placement.points(uv), [(3, 4), (15, 9), (10, 17)], strict=True
    ):
        np.testing.assert_allclose(out[row, column, :2], (x - 0.5, y - 0.5), atol=1)


def test_a_large_crop_is_averaged_not_picked() -> None:
    rgb = np.zeros((512, 512, 3), np.uint8)
    rgb[::2] = 255  # lines that picking every 16th row would make all black or all white
    out = crop_pixels(rgb, Placement.region(0, 0, 512, 512), (32, 32))
    assert np.all(np.abs(out.astype(int) - 128) <= 1)


def test_a_large_crop_still_reads_the_right_place() -> None:
    rgb = np.repeat(np.repeat(ramp(200, 200), 8, axis=0), 8, axis=1)
    out = crop_pixels(rgb, Placement.region(400, 800, 1200, 1600), (20, 20))
    wanted = (np.arange(20) + 0.5) * 5 - 0.5
    np.testing.assert_allclose(out[5, :, 0], 50 + wanted, atol=1.5)
    np.testing.assert_allclose(out[:, 5, 1], 100 + wanted, atol=1.5)


def test_outside_the_photo_its_edge_is_repeated() -> None:
    out = crop_pixels(ramp(50, 50), Placement.region(-40, -40, 40, 40), (24, 24))
    assert np.all(out[:11, :11, :2] == 0)
    assert out[-1, -1, 0] > 30


def test_photos_wider_than_opencv_can_warp() -> None:
    rgb = np.zeros((8, 40000, 3), np.uint8)
    rgb[:, 39000:] = 200
    assert np.all(crop_pixels(rgb, Placement.region(39100, 0, 39108, 8), (8, 8)) == 200)
    assert crop_pixels(rgb, Placement.region(0, 0, 40000, 8), (8, 8)).shape == (8, 8, 3)
