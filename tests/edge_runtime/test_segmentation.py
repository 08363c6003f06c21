from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contract import Resize, UpsampleMask
from edge_runtime.geometry import Placement, plan
from edge_runtime.postprocess import Scene
from edge_runtime.postprocess.segmentation import spread, upsample_mask


def column_ramp(height: int, width: int) -> np.ndarray:
    """At each pixel the u of its centre."""
    return np.tile(((np.arange(width) + 0.5) / width).astype(np.float32), (height, 1))


def test_a_mask_has_the_photos_size_and_range() -> None:
    plane = np.zeros((1, 4, 4, 1), np.float32)
    plane[0, :, 2:] = 1
    scene = Scene((), (), Placement.region(0, 0, 40, 30), (40, 30))
    mask = upsample_mask(
        UpsampleMask(output="probability"), {"probability": plane}, scene
    ).probability
    assert mask.shape == (30, 40)
    assert mask.dtype == np.float32
    assert np.all(mask[:, :15] == 0)
    assert np.all(mask[:, 25:] == 1)
    assert np.all(np.diff(mask[0]) >= 0)


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "crop"])
@pytest.mark.parametrize("size_wh", [(64, 48), (48, 64), (515, 514), (37, 91)])
def test_what_lies_at_a_place_of_the_input_lies_there_in_the_photo(
    fit: str, size_wh: tuple[int, int]
) -> None:
    how = plan(size_wh, (64, 64), Resize(fit=fit))  # type: ignore[arg-type]
    mask = spread(column_ramp(64, 64), how.placement, size_wh)
    assert mask.shape == size_wh[::-1]
    x = np.array([8, size_wh[0] / 2, size_wh[0] - 8])
    wanted = how.placement.inverse_points(np.stack([x, x], axis=1))[:, 0].clip(0.5 / 64, 1)
    got = mask[mask.shape[0] // 2, (x - 0.5).astype(int)]
    np.testing.assert_allclose(got, wanted, atol=1.1 / 64)


def test_what_a_letterbox_added_does_not_reach_the_photo() -> None:
    how = plan((64, 32), (64, 64), Resize(fit="letterbox"))
    plane = np.ones((64, 64), np.float32)
    plane[16:48] = 0.25
    assert np.all(spread(plane, how.placement, (64, 32)) == 0.25)


def test_what_a_crop_left_out_repeats_the_edge() -> None:
    how = plan((64, 32), (32, 32), Resize(fit="crop"))
    plane = np.zeros((32, 32), np.float32)
    plane[:, -1] = 1
    mask = spread(plane, how.placement, (64, 32))
    assert np.all(mask[:, 48:] == 1)
    assert np.all(mask[:, :46] == 0)


def test_one_pixel() -> None:
    how = plan((1, 1), (8, 8), Resize(fit="stretch"))
    assert spread(np.full((8, 8), 0.5, np.float32), how.placement, (1, 1)).tolist() == [[0.5]]
