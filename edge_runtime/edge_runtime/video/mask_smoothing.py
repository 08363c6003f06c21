"""A mask that does not flicker: blended with the one before, moved as the picture moved.

The frame before is brought over the new one by dense optical flow (Kroeger et al., "Fast
Optical Flow using Dense Inverse Search", 2016); its smoothed mask moves along.  Where the
moved picture explains the new one, the moved mask counts; where it does not, because
something was uncovered or the film was cut, only the network does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from edge_runtime.video.shrinking import shrunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Pixels = NDArray[np.uint8]

_FLOW_WIDTH = 128
_FRESH = 0.35
_SAME, _OTHER, _NOISE = 2.0, 8.0, 4.0
_SURE, _ALIKE = 0.4, 0.3


class MaskSmoother:
    """Smooths masks float32 [h, w] in 0..1, one a frame; one thread at a time may use it.

    ``fresh`` is the new mask's weight where the picture is the moved one, in 0..1; it grows
    to 1 from a difference of 2 to one of 8 grey levels above the frame's own noise.
    """

    def __init__(self, fresh: float = _FRESH) -> None:
        self._fresh = fresh
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._mask: Floats | None = None
        self._grey: Pixels | None = None

    def reset(self) -> None:
        """Forget: the next mask is taken as it is."""
        self._mask = self._grey = None

    def smooth(self, mask: Floats, rgb: Pixels) -> Floats:
        """The mask, steadied; ``rgb`` uint8 [H, W, 3] is the frame at any size."""
        height, width = mask.shape
        grey = _grey(rgb, (_FLOW_WIDTH, max(32, round(_FLOW_WIDTH * height / width))))
        before, old = self._mask, self._grey
        if before is None or old is None or before.shape != mask.shape:
            made = mask
        else:
            moved, differs = self._moved(before, old, grey)
            settled = _settled(mask, moved)
            weight = self._fresh + (1 - self._fresh) * np.maximum(differs, settled)
            made = moved + weight * (mask - moved)
        self._mask, self._grey = made, grey
        return made

    def _moved(self, mask: Floats, old: Pixels, new: Pixels) -> tuple[Floats, Floats]:
        """The old mask where the flow takes it, and how little that explains, 0..1."""
        still = np.zeros((*new.shape, 2), np.float32)
        there: Floats = _grid(new.shape) + np.asarray(self._flow.calc(new, old, still))
        change = cv2.absdiff(_taken(old, there), new).astype(np.float32)
        rest = np.asarray(cv2.blur(change, (5, 5)), np.float32)
        rest -= np.float32(min(float(np.median(rest[::2, ::2])), _NOISE))
        differs = np.clip((rest - _SAME) / (_OTHER - _SAME), 0, 1)
        size_wh = (mask.shape[1], mask.shape[0])
        scale = np.array([mask.shape[1] / new.shape[1], mask.shape[0] / new.shape[0]])
        centres = (there + np.float32(0.5)) * scale.astype(np.float32) - np.float32(0.5)
        places = np.asarray(cv2.resize(centres, size_wh), np.float32)
        return _taken(mask, places), np.asarray(cv2.resize(differs, size_wh), np.float32)


def _settled(mask: Floats, moved: Floats) -> Floats:
    """Where the network is sure and the moved mask says nearly the same, 0..1: else what
    moving softens would spread from frame to frame."""
    sure = (np.abs(mask - np.float32(0.5)) - _SURE) / np.float32(0.5 - _SURE)
    alike = (_ALIKE - np.abs(mask - moved)) / np.float32(_ALIKE)
    settled: Floats = np.clip(sure, 0, 1) * np.clip(2 * alike, 0, 1)
    return settled


def _taken(values: NDArray[Any], places: Floats) -> NDArray[Any]:
    """What lies at places [h, w, 2], bilinear; the edge is repeated."""
    x, y = cv2.split(places)
    return np.asarray(
        cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def _grey(rgb: Pixels, size_wh: tuple[int, int]) -> Pixels:
    grey = cv2.cvtColor(shrunk(rgb, size_wh), cv2.COLOR_RGB2GRAY)
    return cast("Pixels", cv2.GaussianBlur(grey, (5, 5), 0))


def _grid(shape: tuple[int, ...]) -> Floats:
    """x and y of every pixel, float32 [h, w, 2]."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.dstack([columns, rows]).astype(np.float32)
