"""From a map of text probability to boxes: the second half of DB.

Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", 2020: the
network is taught a core of each line, shrunk by an offset that follows from its area and
perimeter; here the core is cut out and grown by as much again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Quad: TypeAlias = "NDArray[np.float32]"

_NETWORK_STEP = 32  # sides that the network takes are multiples of this
_SHORTEST = 736  # shorter sides are enlarged to this many pixels


@dataclass(frozen=True, kw_only=True)
class BoxRule:
    """How boxes are made, with the numbers that PP-OCR is published with.

    ``core``: from which probability on a pixel is text; ``score``: what the mean in a box
    has to be; ``grow``: how far boxes grow, in areas by perimeters; ``thinnest`` a core may
    be, in pixels of the map; ``most`` boxes are made of a photo.
    """

    core: float = 0.3
    score: float = 0.5
    grow: float = 1.6
    thinnest: float = 3.0
    most: int = 1000


@dataclass(frozen=True, kw_only=True)
class TextBox:
    """A line's place: ``quad`` float32 [4, 2] of (x, y), clockwise from the corner that is
    left and above, its first edge within 45 degrees of level; ``score`` the mean text
    probability in it.
    """

    quad: Quad
    score: float


def detector_size(size_hw: tuple[int, int], longest: int) -> tuple[int, int]:
    """The height and width that the network sees of a photo of that size.

    The shorter side has at least 736 pixels, the longer at most ``longest``, which goes
    before; both are multiples of 32.
    """
    short, long = min(size_hw), max(size_hw)
    scale = min(max(1.0, _SHORTEST / short), longest / long)
    height, width = (
        max(_NETWORK_STEP, round(side * scale / _NETWORK_STEP) * _NETWORK_STEP)
        for side in size_hw
    )
    return height, width


def boxes_of(
    probability: NDArray[np.float32], size_hw: tuple[int, int], rule: BoxRule | None = None
) -> tuple[TextBox, ...]:
    """The boxes in a probability map float32 [h, w] in 0..1, in pixels of a photo of
    ``size_hw``, inside it; in no order.
    """
    rule = rule or BoxRule()
    core = (probability > rule.core).astype(np.uint8)
    core = cv2.dilate(core, np.ones((2, 2), np.uint8)).astype(np.uint8)
    contours, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    # OpenCV finds from below; the first ones of a photo are those above.
    found = (_box(probability, contour, rule) for contour in contours[::-1][: rule.most])
    scale = np.array(size_hw[::-1]) / np.array(probability.shape[::-1])
    boxes = (_placed(box, scale, size_hw) for box in found if box is not None)
    return tuple(box for box in boxes if _sides(box.quad).min() > rule.thinnest)


def _box(probability: NDArray[np.float32], contour: Any, rule: BoxRule) -> TextBox | None:
    centre, sides, degrees = cv2.minAreaRect(contour)
    if min(sides) < rule.thinnest:
        return None
    score = _mean_inside(probability, cv2.boxPoints((centre, sides, degrees)))
    if score < rule.score:
        return None
    # Growing a rectangle by a rounded offset adds the offset to each of its sides.
    offset = sides[0] * sides[1] * rule.grow / (2 * (sides[0] + sides[1]))
    grown = (sides[0] + 2 * offset, sides[1] + 2 * offset)
    return TextBox(quad=in_order(cv2.boxPoints((centre, grown, degrees))), score=score)


def _mean_inside(probability: NDArray[np.float32], corners: NDArray[Any]) -> float:
    """The mean of the map inside a quadrilateral."""
    last = np.array(probability.shape[::-1]) - 1
    low = np.clip(np.floor(corners.min(axis=0)), 0, last).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), 0, last).astype(int)
    part = probability[low[1] : high[1] + 1, low[0] : high[0] + 1]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [(corners - low).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])


def in_order(corners: NDArray[Any]) -> Quad:
    """The corners of a rectangle, clockwise from the left upper one: the edge to the second
    runs to the right, at most 45 degrees up or down."""
    middle = corners.mean(axis=0)
    around = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    clockwise = corners[np.argsort(around)]
    edges = np.roll(clockwise, -1, axis=0) - clockwise
    lengths = np.maximum(np.hypot(edges[:, 0], edges[:, 1]), 1e-6)
    first = int(np.argmax(edges[:, 0] / lengths))
    return np.roll(clockwise, -first, axis=0).astype(np.float32)


def _placed(box: TextBox, scale: NDArray[np.float64], size_hw: tuple[int, int]) -> TextBox:
    quad = np.clip(box.quad * scale, 0, np.array(size_hw[::-1]))
    return TextBox(quad=quad.astype(np.float32), score=box.score)


def _sides(quad: Quad) -> NDArray[np.float32]:
    """The lengths of the first edge and of the last."""
    lengths: NDArray[np.float32] = np.linalg.norm(quad[[1, 3]] - quad[0], axis=1)
    return lengths
