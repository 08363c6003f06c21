"""Small copies of frames, many a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def shrunk(pixels: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture at a smaller size: halved by means while it is twice as large, then
    bilinear, which takes a tenth of the time of OpenCV's means of any area."""
    wide, high = size_wh
    while pixels.shape[0] >= 2 * high and pixels.shape[1] >= 2 * wide:
        height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
        even = pixels[: 2 * height, : 2 * width]
        pixels = cast(
            "NDArray[np.uint8]",
            cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA),
        )
    return cast("NDArray[np.uint8]", cv2.resize(pixels, size_wh))
