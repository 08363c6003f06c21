"""The inputs on which a model is proven: sample photos, as the pipeline would feed them.

Values are rounded to whole numbers, so that they can be kept as uint8 beside the source's
answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_calibration.datasets import SAMPLES, photo_paths
from edge_runtime.contract import CropSquare, Resize, step_of
from edge_runtime.geometry import Placement
from edge_runtime.images import open_photo
from edge_runtime.preprocess import crop_pixels, fit_pixels
from edge_runtime.program import placement_of
from edge_runtime.results import Face

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from edge_runtime.spec import ImageInput, ModelSpec

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


def whole_photos(names: Sequence[str], spec: ModelSpec) -> dict[str, Arrays]:
    """Each photo as the model's program resizes it."""
    paths = photo_paths(SAMPLES)
    resize, image = step_of(spec.program, Resize), spec.image
    return {
        name: _input(image, fit_pixels(open_photo(paths[name]).rgb, resize, image.size_hw)[0])
        for name in names
    }


def faces(spec: ModelSpec) -> dict[str, Arrays]:
    """Each face of the samples as the model's program crops it."""
    paths = photo_paths(SAMPLES)
    crop, image = step_of(spec.program, CropSquare), spec.image
    crops = {}
    for name, (box, right_eye, left_eye) in FACES.items():
        points = {"right_eye": right_eye, "left_eye": left_eye}
        placement = placement_of(Face(box_xyxy=box, score=1.0, points=points), crop)
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
