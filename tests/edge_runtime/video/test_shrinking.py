from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime.video.shrinking import shrunk


@pytest.mark.parametrize("size_wh", [(64, 48), (128, 72), (80, 60), (317, 239), (400, 300)])
def test_it_is_nearly_the_mean_of_the_area(samples: Path, size_wh: tuple[int, int]) -> None:
    pixels = cv2.imread(str(samples / "astronaut.png"))[:480]
    small = shrunk(pixels, size_wh)
    assert small.shape == (size_wh[1], size_wh[0], 3)
    exact = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - exact).mean() < 4
