from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_runtime import bands as module
from edge_runtime.bands import LONGEST, bands, enlarged, small_copy


@pytest.mark.parametrize("size_wh", [(1, 1), (640, 480), (3000, 2001), (2_000_000, 3)])
def test_bands_are_all_rows_once(size_wh: tuple[int, int]) -> None:
    rows = [row for band in bands(size_wh) for row in range(band.start, band.stop)]
    assert rows == list(range(size_wh[1]))
    assert all(
        b.stop - b.start <= max(1, module.BAND_PIXELS // size_wh[0]) for b in bands(size_wh)
    )


def test_a_small_copy_has_the_same_proportions_and_mean() -> None:
    values = np.random.default_rng(0).random((1500, 1000)).astype(np.float32)
    small = small_copy(values)
    assert small.shape == (LONGEST, 427)
    assert small.mean() == pytest.approx(values.mean(), abs=1e-3)
    assert small_copy(small) is small


@pytest.mark.parametrize("channels", [1, 3])
def test_bands_together_are_the_picture_made_large(channels: int) -> None:
    shape = (40, 60) if channels == 1 else (40, 60, channels)
    small = cv2.blur(np.random.default_rng(0).random(shape).astype(np.float32), (5, 5))
    rows = [
        enlarged(small, (600, 410), slice(top, min(410, top + 70))) for top in range(0, 410, 70)
    ]
    wanted = cv2.resize(small, (600, 410), interpolation=cv2.INTER_LINEAR)
    assert np.abs(np.concatenate(rows) - wanted).max() < 0.01
