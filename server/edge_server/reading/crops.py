"""A line's pixels, straight and upright, out of the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_server.reading.text_boxes import Quad

Pixels: TypeAlias = "NDArray[np.uint8]"
_PLACES = 3


def turned(quad: Quad, quarters: int) -> Quad:
    """The corners from where a text begins that is turned so many quarters clockwise."""
    return np.roll(quad, -quarters, axis=0)


def size_of(quad: Quad) -> tuple[float, float]:
    """Height and width of a line, along its edges: the longer of each two."""
    edges = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(max(edges[1], edges[3])), float(max(edges[0], edges[2]))


def angle_of(quad: Quad) -> float:
    """Which way a line runs, in degrees clockwise from level: more than -180, at most 180."""
    along = quad[1] + quad[2] - quad[0] - quad[3]
    degrees = float(np.degrees(np.arctan2(along[1], along[0])))
    return 180.0 if degrees <= -180.0 else degrees


def crop(rgb: Pixels, quad: Quad) -> Pixels:
    """The pixels inside a quadrilateral, its first corner on the left and above: uint8
    [height, width, 3] as large as its edges are long.
    """
    height, width = (max(1, round(side)) for side in size_of(quad))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(quad, corners)
    straight = cv2.warpPerspective(
        rgb, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return cast("Pixels", straight)


def places_of(line: Pixels, shape: float) -> list[Pixels]:
    """Some places of a line uint8 [H, W, 3] that are ``shape`` times as wide as high: its
    beginning, middle and end; the whole line where it is no longer.
    """
    height, width = line.shape[:2]
    wide = round(height * shape)
    if width <= wide:
        return [line]
    begins = np.unique(np.linspace(0, width - wide, _PLACES).round().astype(int))
    return [line[:, begin : begin + wide] for begin in begins.tolist()]


def line_input(line: Pixels, height: int, width: int) -> NDArray[np.float32]:
    """A line for a network: float32 [3, height, width] in -1..1, blue first, its height made
    ``height``, zeros to its right; one that is longer than ``width`` is squeezed.
    """
    wide = min(width, max(1, round(height * line.shape[1] / line.shape[0])))
    small = cv2.resize(line, (wide, height), interpolation=_filter(line.shape[0], height))
    planes = np.zeros((3, height, width), np.float32)
    planes[:, :, :wide] = network_input(small)
    return planes


def network_input(rgb: NDArray[np.generic]) -> NDArray[np.float32]:
    """Pixels [H, W, 3] in 0..255 as float32 [3, H, W] in -1..1, blue first."""
    planes = rgb.transpose(2, 0, 1)[::-1].astype(np.float32)
    return np.ascontiguousarray(planes / np.float32(127.5) - np.float32(1))


def scaled(rgb: Pixels, size_hw: tuple[int, int]) -> Pixels:
    """A photo at another size; shrunk by the mean of the pixels, so that thin lines stay."""
    how = _filter(rgb.shape[0], size_hw[0])
    return cast("Pixels", cv2.resize(rgb, size_hw[::-1], interpolation=how))


def _filter(before: int, after: int) -> int:
    return cv2.INTER_AREA if after < before else cv2.INTER_LINEAR
