"""Screenshot or photo, by what is drawn and what a lens and a sensor leave.

Three measures at the picture's own size: rows that repeat the row above exactly, pixels that
repeat their neighbour exactly, and how many of the differences between neighbours are steep as
only text and lines are.  A logistic regression over their roots was fitted on 28 screenshots of
Chromium (pages, chats, galleries; also halved and as JPEG) and the 235 photos of
``calibration/data``; held out by page it is wrong for 17 of 347, all of them screenshots that
a photo fills, or things on a plain white ground.  What the file says then counts as well: a
camera's name or a focal length speaks for a photo, a PNG for a screenshot.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_server.properties.facts import Kind, Likeness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_server.intake.upload import Exif

    Pixels = NDArray[np.uint8]

_LINES = 512  # rows and columns that are looked at
_ROWS, _REPEATS, _STEEP, _OFFSET = 6.0, 4.0, 3.6, -4.2
_CAMERA, _PNG = -4.0, 0.5
_CLEAR = 0.65  # of confidence: below it the answer is unknown


def likeness_of(rgb: Pixels, exif: Exif, kind: str | None) -> Likeness:
    """Whether a picture, uint8 [H, W, 3], of that file format is a screenshot."""
    score = _OFFSET + sum(
        weight * value
        for weight, value in zip((_ROWS, _REPEATS, _STEEP), measures(rgb), strict=True)
    )
    score += _CAMERA if exif.make or exif.model or exif.focal_mm else 0.0
    score += _PNG if kind == "png" else 0.0
    likely = 1 / (1 + exp(-score))
    decided: Kind = "screenshot" if likely >= 0.5 else "photo"
    confidence = max(likely, 1 - likely)
    return Likeness(kind=decided if confidence >= _CLEAR else "unknown", confidence=confidence)


def measures(rgb: Pixels) -> tuple[float, float, float]:
    """The root of the share of repeated rows, the share of repeated pixels, and the root of the
    share of steep differences, each 0..1."""
    height, width = rgb.shape[:2]
    if min(height, width) < 2:
        return 0.0, 0.0, 0.0
    rows, columns = _lines(height), _lines(width)
    above: Any = rgb[rows]
    down = (above == rgb[rows + 1]).all(axis=2)
    along = (rgb[:, columns] == rgb[:, columns + 1]).all(axis=2)
    steps = np.abs(np.diff(above[..., 1].astype(np.int16), axis=1))
    steep = (steps > 48).sum() / max(1, (steps > 3).sum())
    repeated = (down.mean(axis=1) > 0.999).mean()
    return float(repeated**0.5), float((down.mean() + along.mean()) / 2), float(steep**0.5)


def _lines(length: int) -> NDArray[np.intp]:
    return np.unique(np.linspace(0, length - 2, min(length - 1, _LINES)).astype(int))
