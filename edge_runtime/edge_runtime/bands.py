"""Large photos a few rows at a time, so that memory is bounded by the photo and its result.

What is smooth (a filter's coefficients, mean colours) is found on a small copy and made
large again band by band.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float32]

LONGEST = 640
"""The longer side of a small copy in pixels."""

BAND_PIXELS = 1 << 20


def bands(size_wh: tuple[int, int]) -> Iterator[slice]:
    """The rows of a picture in slices of about a million pixels."""
    width, height = size_wh
    rows = max(1, BAND_PIXELS // width)
    for top in range(0, height, rows):
        yield slice(top, min(height, top + rows))


def small_copy(values: NDArray[Any]) -> NDArray[Any]:
    """No more than 640 pixels a side, by means of areas; what is small already stays."""
    height, width = values.shape[:2]
    scale = LONGEST / max(height, width)
    if scale >= 1:
        return values
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("NDArray[Any]", cv2.resize(values, size, interpolation=cv2.INTER_AREA))


def enlarged(small: NDArray[Any], size_wh: tuple[int, int], rows: slice) -> Floats:
    """Some rows of a small picture (at most 4 channels) made ``size_wh`` large, bilinear."""
    width, height = size_wh
    across, down = small.shape[1] / width, small.shape[0] / height
    matrix = np.array(
        [
            [across, 0.0, across / 2 - 0.5],
            [0.0, down, (rows.start + 0.5) * down - 0.5],
        ]
    )
    made = cv2.warpAffine(
        small.astype(np.float32),
        matrix,
        (width, rows.stop - rows.start),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cast("Floats", made)
