"""Where a film jumps to another picture: what is remembered of the one before is wrong then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edge_runtime.video.shrinking import shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE_WH = (64, 48)
_JUMP = 28.0


class SceneCuts:
    """Compares each frame with the one before, as small grey pictures.

    A cut between two shots changes the mean pixel by 40 grey levels or more, a fast pan by
    less than 20; being wrong costs one frame without a memory.
    """

    def __init__(self) -> None:
        self._before: NDArray[np.float32] | None = None

    def is_cut(self, rgb: NDArray[np.uint8]) -> bool:
        """Whether this frame, uint8 [H, W, 3], begins another shot; the first one does."""
        grey = cv2.cvtColor(shrunk(rgb, _SIDE_WH), cv2.COLOR_RGB2GRAY).astype(np.float32)
        before, self._before = self._before, grey
        return before is None or float(np.abs(grey - before).mean()) > _JUMP
