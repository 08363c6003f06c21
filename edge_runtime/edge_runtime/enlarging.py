"""A photo made larger by a network, window by window: memory grows with the result alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from edge_runtime.contract import CutWindows, JoinWindows
from edge_runtime.errors import PhotoError, UnknownName
from edge_runtime.results import Picture, Prediction, Timings
from edge_runtime.transparency import with_alpha
from edge_runtime.windows import windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.predictor import Predictor
    from edge_runtime.windows import Window

    Pixels = NDArray[np.uint8]

COMPACT = "super-resolution-compact"
COMPACT_SCALES = (2, 4)
MOST_PIXELS = 100_000_000
"""Of a picture that is made."""


def enlarge(
    network: Predictor[Any],
    photo: Photo,
    scale: int,
    after: Callable[[float], None] = lambda _share: None,
) -> Prediction[Picture]:
    """The photo ``scale`` times as high and as wide: as the network makes it, or less, the
    pixels of each square averaged.  Transparency is enlarged by the bicubic kernel.

    ``after`` is told the share that is done, 0..1, after each window, and may raise to stop.
    Raises ``UnknownName`` for another scale, ``PhotoError`` for a photo that would have more
    than :data:`MOST_PIXELS` then.
    """
    width, height = photo.size_wh
    _check(network, photo, scale)
    whole = np.empty((scale * height, scale * width, 3), np.uint8)
    ms = Timings()
    margin = network.step(CutWindows).margin
    parts = windows((height, width), network.size_hw, margin)
    for number, window in enumerate(parts, 1):
        made = network.predict_window(photo.rgb, window)
        _place(whole, window, made.value.pixels, scale)
        ms += made.ms
        after(number / len(parts))
    picture = Picture(pixels=with_alpha(whole, photo.alpha))
    return Prediction(value=picture, model=network.spec.id, variant=network.variant, ms=ms)


def scales(network: Predictor[Any]) -> tuple[int, ...]:
    """How many times as large a photo can be made, the network's own the last."""
    own = network.step(JoinWindows).scale
    return tuple(scale for scale in range(2, own + 1) if own % scale == 0)


def _check(network: Predictor[Any], photo: Photo, scale: int) -> None:
    if scale not in scales(network):
        known = [str(one) for one in scales(network)]
        raise UnknownName(f"scale of {network.spec.id}", str(scale), known)
    width, height = photo.size_wh
    pixels = width * height * scale**2
    if pixels > MOST_PIXELS:
        raise PhotoError(
            f"{scale} times as large the photo would have {pixels} pixels, more than"
            f" {MOST_PIXELS}: take a smaller scale or a smaller photo"
        )


def _place(whole: Pixels, window: Window, part: Pixels, scale: int) -> None:
    target = whole[window.rows.place(scale), window.columns.place(scale)]
    if part.shape != target.shape:
        size_wh = (target.shape[1], target.shape[0])
        part = cast("Pixels", cv2.resize(part, size_wh, interpolation=cv2.INTER_AREA))
    target[:] = part
