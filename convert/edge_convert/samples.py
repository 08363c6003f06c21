"""The inputs on which a model is proven: sample photos, as the pipeline would feed them.

Values are rounded to whole numbers, so that they can be kept as uint8 beside the source's
answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_calibration.datasets import SAMPLES, photo_paths
from edge_runtime.geometry import Placement, slope, square_around
from edge_runtime.images import open_photo
from edge_runtime.preprocess import crop_pixels, fit_pixels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from edge_runtime.spec import ImageInput

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]
    Point: TypeAlias = tuple[float, float]

# Where a detector found the faces of the samples: box, right eye, left eye, in pixels.
FACES: Mapping[str, tuple[tuple[float, float, float, float], Point, Point]] = {
    "astronaut": ((178, 81, 272, 175), (203.8, 100.8), (247.9, 108.5)),
    "biden": ((417, 251, 740, 573), (525.5, 333.2), (656.2, 363.0)),
    "obama": ((347, 142, 624, 418), (435.9, 216.3), (552.4, 214.0)),
    "obama2": ((192, 301, 491, 603), (252.9, 372.2), (377.2, 383.8)),
    "obama3": ((606, 302, 928, 624), (739.3, 386.4), (857.6, 399.4)),
}

# Fur: a face mesh doubts (0.07) that it is a face, and a doubt shows what certainty hides.
DOUBTFUL = ("chelsea", (122, 56, 247, 181))


def whole_photos(names: Sequence[str], image: ImageInput) -> dict[str, Arrays]:
    """Each photo by the input's own resize rule."""
    paths = photo_paths(SAMPLES)
    return {
        name: _input(image, fit_pixels(open_photo(paths[name]).rgb, image)[0]) for name in names
    }


def faces(image: ImageInput, scale: float, *, level: bool) -> dict[str, Arrays]:
    """Each face of the samples as a square crop of ``scale`` times its box; ``level``
    turns it so that the line through the eyes is."""
    paths = photo_paths(SAMPLES)
    crops = {}
    for name, (box, right_eye, left_eye) in FACES.items():
        placement = square_around(box, scale, slope(right_eye, left_eye) if level else 0.0)
        rgb = open_photo(paths[name]).rgb
        crops[name] = _input(image, crop_pixels(rgb, placement, image.size_hw))
    return crops


def part(
    name: str, box_xyxy: tuple[float, float, float, float], image: ImageInput
) -> dict[str, Arrays]:
    """A rectangle of one photo, upright."""
    placement = Placement.region(*box_xyxy)
    rgb = open_photo(photo_paths(SAMPLES)[name]).rgb
    return {name: _input(image, crop_pixels(rgb, placement, image.size_hw))}


def _input(image: ImageInput, pixels: NDArray[np.uint8]) -> Arrays:
    return {image.name: pixels.astype(np.float32)[np.newaxis]}
