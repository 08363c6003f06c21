"""A face turned upright and brought to one size, as the recognition network was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

SIDE = 150
PADDING = 0.25
# Where the mean face of dlib's ``get_face_chip`` has them, in 0..1 of the face: the middle
# of each eye, the tip of the nose, the corners of the mouth, from left to right in the photo.
MEAN_FACE = np.array(
    [
        (0.225492, 0.215990),
        (0.754761, 0.215990),
        (0.490127, 0.515625),
        (0.254149, 0.780233),
        (0.726104, 0.780233),
    ]
)


def chip(rgb: Pixels, points: Sequence[tuple[float, float]]) -> Pixels:
    """The face with these five points (in the order of ``MEAN_FACE``, in pixels of the photo)
    upright, uint8 [150, 150, 3]; black where the photo ends.
    """
    wanted = SIDE * (MEAN_FACE + PADDING) / (1 + 2 * PADDING)
    matrix = similarity(wanted, np.asarray(points, np.float64))
    small, halvings = _halved(rgb, float(np.hypot(*matrix[:, 0])))
    matrix = matrix / 2**halvings
    matrix[:, 2] += (0.5**halvings - 1) / 2  # pixels are counted from their middle
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    taken = cv2.warpAffine(small, matrix, (SIDE, SIDE), flags=flags)
    return np.asarray(taken, np.uint8)


def similarity(source: Floats, target: Floats) -> Floats:
    """The turn, scale and shift, float64 [2, 3], that bring ``source`` [N, 2] nearest to
    ``target`` [N, 2] by least squares; never a mirror image.

    Written with complex numbers, where turning and scaling is one product.
    """
    one, other = (points @ np.array([1, 1j]) for points in (source, target))
    centred = one - one.mean()
    spread = np.vdot(centred, centred).real
    turn = np.vdot(centred, other - other.mean()) / max(spread, 1e-12)
    shift = other.mean() - turn * one.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _halved(rgb: Pixels, scale: float) -> tuple[Pixels, int]:
    """The photo, halved until a pixel of the chip covers less than two, and how often."""
    halvings = 0
    while scale >= 2 and min(rgb.shape[:2]) >= 2:
        height, width = rgb.shape[0] // 2, rgb.shape[1] // 2
        even = rgb[: 2 * height, : 2 * width]
        rgb = np.asarray(
            cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
        scale, halvings = scale / 2, halvings + 1
    return rgb, halvings
