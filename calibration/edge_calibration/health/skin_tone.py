"""The tone of skin in a photo, by a proxy: the individual typology angle.

ITA is the angle of lightness over yellowness in CIE L*a*b* (Chardon, Cretois and Hourseau,
1991).  In a photo it is measured under whatever light there was, on skin that may be made
up: a proxy for what a model sees, not a statement about the person.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.results import Face

TONES = {
    "very light": 55,
    "light": 41,
    "intermediate": 28,
    "tan": 10,
    "brown": -30,
    "dark": -90,
}
"""The names of the tones, each with the angle above which it begins, in degrees."""
LEAST_FACE = 24
"""The side of a face in pixels from which its skin can be seen."""
_GREY = 4.0


def tone_of(angle: float) -> str:
    """The name of the tone of an angle in degrees."""
    return next((name for name, above in TONES.items() if angle > above), "dark")


def skin_angle(rgb: NDArray[np.uint8], face: Face) -> float | None:
    """The ITA in degrees of the cheeks and nose of a face in a photo, uint8 RGB [H, W, 3].

    The median of the box from the outer eye to the outer eye and from the eyes to the
    mouth.  None where the face is too small or the photo has no colour.
    """
    left, top, right, bottom = face.box_xyxy
    if min(right - left, bottom - top) < LEAST_FACE:
        return None
    eyes = [face.points["right_eye"], face.points["left_eye"]]
    mouth = face.points["mouth"]
    x0, x1 = sorted(x for x, _ in eyes)
    y0, y1 = sorted((max(y for _, y in eyes), mouth[1]))
    inset = 0.2 * (y1 - y0)
    rows = slice(max(0, round(y0 + inset)), max(0, round(y1 - inset)))
    skin = rgb[rows, max(0, round(x0)) : max(0, round(x1))]
    return _angle(skin) if skin.size else None


def _angle(skin: NDArray[np.uint8]) -> float | None:
    lab = cv2.cvtColor(np.ascontiguousarray(skin, np.float32) / 255, cv2.COLOR_RGB2LAB)
    lightness, redness, yellowness = np.median(lab.reshape(-1, 3), axis=0).tolist()
    if math.hypot(redness, yellowness) < _GREY:
        return None
    return math.degrees(math.atan2(lightness - 50, max(yellowness, 1e-6)))
