"""What stands behind the person in a film: painted once, or the film itself out of focus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import cv2
import numpy as np

from edge_runtime import compose
from edge_runtime.errors import VideoError
from edge_runtime.video.shrinking import shrunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Behind: TypeAlias = Callable[[Pixels, Pixels], Pixels]

BLUR = "blur"
_SHRINK = 4
_SOFT = 1 / 90


def background(text: str, size_wh: tuple[int, int]) -> Behind:
    """What gives the background of each frame: uint8 [H, W, 3], from the frame and the
    person's opacity uint8 [H, W].

    ``text``: ``blur``, a CSS colour, a picture's path, or words such as ``rainbow,texture``.
    Raises ``UnknownName`` for words that are not known, ``VideoError`` for ``transparent``,
    ``PhotoError`` for a picture that is none.
    """
    if text == "transparent":
        raise VideoError("a video cannot be transparent: choose a --background, such as blur")
    if text == BLUR and not Path(text).is_file():
        return out_of_focus
    width, height = size_wh
    empty = np.zeros((height, width, 3), np.uint8)
    nobody = np.zeros((height, width), np.float32)
    painted = compose.background_for(text, empty, nobody)
    if painted is None:
        raise VideoError(f"{text!r} paints nothing: choose a --background, such as blur")
    return lambda _rgb, _opacity: painted


def out_of_focus(rgb: Pixels, opacity: Pixels) -> Pixels:
    """The frame blurred without the person, whose colours would spread a halo."""
    height, width = rgb.shape[:2]
    size_wh = (max(1, width // _SHRINK), max(1, height // _SHRINK))
    small = shrunk(rgb, size_wh).astype(np.float32)
    far = 255 - shrunk(opacity, size_wh)
    weight = (far.astype(np.float32) / 255) ** 2 + np.float32(1e-3)
    planes: NDArray[Any] = np.dstack([small * weight[..., None], weight])
    for _ in range(3):  # three boxes are nearly a Gaussian, and take as long at any width
        side = 2 * max(1, round(width * _SOFT)) + 1
        planes = np.asarray(cv2.blur(planes, (side, side)))
    blurred = np.clip(planes[..., :3] / planes[..., 3:], 0, 255).astype(np.uint8)
    return cast("Pixels", cv2.resize(blurred, (width, height)))
