"""Light answers to heavy questions: less than what was asked for, and they say so.

A router gives them as ``Degraded`` where no server is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import cv2
import numpy as np

from edge_runtime import compose
from edge_runtime.enlarging import COMPACT, COMPACT_SCALES
from edge_runtime.errors import UnknownName
from edge_runtime.portrait import before_named, outlined
from edge_runtime.results import CutOut, Picture, Prediction, Timings
from edge_runtime.spec import ObjectDetection
from edge_runtime.transparency import shown, with_alpha

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from edge_runtime.images import Photo
    from edge_runtime.pipeline import Lens
    from edge_runtime.results import DetectedObject

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float32]
    Work: TypeAlias = Callable[[Lens], Prediction[Any]]

MOST_FOR_DEVICE = 250_000
"""Pixels of a photo that a device enlarges by a network: seven seconds on a core of a PC."""
METHOD = "detector+segmenter+grabcut"
_SECONDS_A_PIXEL = 3e-5
_PEOPLE = {"person", "people", "persons"}
_LEAST_SCORE = 0.4
_LONGEST = 320  # of a window in which colours are told apart
_ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """What to do instead, and in what it is less; ``seconds`` that it is expected to take
    where that is known beforehand."""

    work: Work
    why: str
    seconds: float = 0.0


def enlarging(photo: Photo, scale: int = 4, models: Collection[str] = ()) -> Fallback:
    """The photo with more pixels: by the compact network, where it is among the device's
    ``models`` and the photo is no larger than :data:`MOST_FOR_DEVICE`, else interpolated."""
    width, height = photo.size_wh
    if COMPACT in models and scale in COMPACT_SCALES:
        if width * height <= MOST_FOR_DEVICE:
            return Fallback(
                work=lambda lens: lens.super_resolution(photo, scale),
                why="enlarged by the device's compact network, which was trained on drawings:"
                " edges are sharp, textures are not",
                seconds=width * height * _SECONDS_A_PIXEL,
            )
        reason = f"the photo has more than the {MOST_FOR_DEVICE} pixels that a device is given"
    else:
        reason = "no super-resolution is at hand"
    return _interpolating(photo, scale, reason)


def _interpolating(photo: Photo, scale: int, reason: str) -> Fallback:
    def work(lens: Lens) -> Prediction[Picture]:
        del lens
        started = perf_counter()
        size_wh = (photo.size_wh[0] * scale, photo.size_wh[1] * scale)
        larger = cv2.resize(photo.rgb, size_wh, interpolation=cv2.INTER_LANCZOS4)
        return Prediction(
            value=Picture(pixels=with_alpha(cast("Pixels", larger), photo.alpha)),
            model="lanczos",
            variant="",
            ms=Timings(run=1000 * (perf_counter() - started)),
        )

    why = f"enlarged by interpolation, which adds no detail: {reason}"
    return Fallback(work=work, why=why)


def cutting(photo: Photo, objects: Sequence[str], background: str = "transparent") -> Fallback:
    """The objects of those names (or of one), outlined by the device's own models."""
    names = (objects,) if isinstance(objects, str) else tuple(objects)

    def work(lens: Lens) -> Prediction[CutOut]:
        return _cut(lens, photo, names, background)

    why = "outlined by the device's detector, portrait mask and colours, not by Mask R-CNN"
    return Fallback(work=work, why=why)


def _cut(
    lens: Lens, photo: Photo, objects: Sequence[str], background: str
) -> Prediction[CutOut]:
    """Raises ``UnknownName`` for a name that the detector does not know, and for none."""
    known = lens.predictor("object-detection", ObjectDetection).labels
    labels = tuple(dict.fromkeys("person" if x in _PEOPLE else x for x in objects))
    for label in labels or ("",):
        if label not in known:
            raise UnknownName("object", label, known)
    seen = lens.detect(photo)
    started = perf_counter()
    found = [x for x in seen.value.objects if x.label in labels and x.score >= _LEAST_SCORE]
    alpha = np.zeros(photo.rgb.shape[:2], np.float32)
    ms = seen.ms
    if any(one.label == "person" for one in found):
        person = lens.segment(photo)
        np.maximum(alpha, outlined(photo, person.value), out=alpha)
        ms += person.ms
    for one in found:
        if one.label != "person":
            _add(alpha, shown(photo), one)
    names = tuple(name for name in labels if any(one.label == name for one in found))
    value = CutOut(
        pixels=before_named(photo, alpha, background, compose.background_for),
        mask=alpha >= 0.5,
        found=names,
        method=METHOD,
    )
    ms += Timings(postprocess=1000 * (perf_counter() - started))
    return Prediction(value=value, model=seen.model, variant=seen.variant, ms=ms)


def _add(alpha: Floats, rgb: Pixels, one: DetectedObject) -> None:
    """Add an object to ``alpha``: what inside its box has other colours than around it."""
    height, width = alpha.shape
    x0, y0, x1, y1 = (round(value) for value in one.box_xyxy)
    pad = max(4, (x1 - x0) // 10, (y1 - y0) // 10)
    columns = slice(max(0, x0 - pad), min(width, x1 + pad))
    rows = slice(max(0, y0 - pad), min(height, y1 + pad))
    window = rgb[rows, columns]
    if min(window.shape[:2]) < 8 or min(x1 - x0, y1 - y0) < 4:
        return
    inside = (max(x0, 0) - columns.start, max(y0, 0) - rows.start, x1 - x0, y1 - y0)
    there = alpha[rows, columns]
    np.maximum(there, _outlined(window, inside), out=there)


def _outlined(window: Pixels, box_xywh: tuple[int, int, int, int]) -> Floats:
    """GrabCut (Rother et al. 2004) of a box in a window, at a size that it is quick at."""
    height, width = window.shape[:2]
    scale = min(1.0, _LONGEST / max(height, width))
    small = cv2.resize(window, (round(width * scale), round(height * scale)))
    high, wide = small.shape[:2]
    x, y, w, h = (round(value * scale) for value in box_xywh)
    x, y = min(max(x, 1), wide - 3), min(max(y, 1), high - 3)
    box = (x, y, min(max(w, 1), wide - x - 1), min(max(h, 1), high - y - 1))
    mask = np.zeros((high, wide), np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(small, mask, box, *models, _ROUNDS, cv2.GC_INIT_WITH_RECT)
    found = (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)
    return cast("Floats", cv2.resize(found.astype(np.float32), (width, height)))
