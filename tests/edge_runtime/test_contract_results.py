"""What OpenCV computes, held against the definitions spelled out again."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contract import ResizePicture, UpsampleMask
from edge_runtime.geometry import Placement
from edge_runtime.postprocess import Scene
from edge_runtime.postprocess.segmentation import upsample_mask
from edge_runtime.postprocess.style import resize_picture

RNG = np.random.default_rng(5)
SIZES = [(48, 64), (31, 77), (128, 100), (7, 5), (64, 64)]
F = np.float32


def scene(height: int, width: int) -> Scene:
    return Scene((), (), Placement.region(0, 0, width, height), (width, height))


def linear(have: int, want: int) -> tuple[np.ndarray, ...]:
    at = (np.arange(want) + 0.5) * (have / want) - 0.5
    low = np.floor(at).astype(int)
    return low.clip(0, have - 1), (low + 1).clip(0, have - 1), (at - low).astype(F)


@pytest.mark.parametrize("size_hw", SIZES)
def test_upsample_mask_is_the_written_rule(size_hw: tuple[int, int]) -> None:
    plane = RNG.random((64, 64), dtype=F)
    step = UpsampleMask(output="p")
    made = upsample_mask(step, {"p": plane[None, ..., None]}, scene(*size_hw)).probability
    left, right, part = linear(64, size_hw[1])
    rows = plane[:, left] * (1 - part) + plane[:, right] * part
    upper, lower, part = linear(64, size_hw[0])
    wanted = rows[upper] * (1 - part)[:, None] + rows[lower] * part[:, None]
    np.testing.assert_allclose(made, wanted, atol=3e-7)


def cubic(have: int, want: int) -> tuple[np.ndarray, np.ndarray]:
    at = ((np.arange(want) + 0.5) * (1 / (want / have)) - 0.5).astype(F)
    low = np.floor(at)
    t, a = at - low, F(-0.75)
    one = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a
    two = ((a + 2) * t - (a + 3)) * t * t + 1
    u = 1 - t
    three = ((a + 2) * u - (a + 3)) * u * u + 1
    weights = np.stack([one, two, three, 1 - one - two - three], axis=1)
    return (low.astype(int)[:, None] + np.arange(-1, 3)).clip(0, have - 1), weights


@pytest.mark.parametrize("size_hw", SIZES)
def test_resize_picture_is_the_written_rule(size_hw: tuple[int, int]) -> None:
    painted = RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    made = resize_picture(ResizePicture(), painted, scene(*size_hw)).pixels
    x, across = cubic(64, size_hw[1])
    y, down = cubic(64, size_hw[0])
    rows = (painted.astype(F)[:, x] * across[:, :, None]).sum(axis=2)
    wanted = np.rint((rows[y] * down[:, :, None, None]).sum(axis=1)).clip(0, 255)
    off = np.abs(made - wanted)
    assert off.max() <= 1
    assert (off > 0).mean() < 1e-3
