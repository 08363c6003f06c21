"""What apps get wrong when a square is taken around a face."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.contract import CropSquare
from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.geometry import Placement, slope, square_around
from edge_runtime.preprocess import crop_pixels

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_runtime.doctor.replay import Make, Trial
    from edge_runtime.results import Face

    Around = Callable[[Face, CropSquare], Placement | None]


def placed(around: Around) -> Make:
    """Another square than the step's is taken around the face."""

    def make(trial: Trial) -> Any:
        view, step = trial.view, trial.step
        placement = None if view.face is None else around(view.face, step)
        if placement is None:
            return None
        view.placement = placement
        return crop_pixels(view.rgb, placement, view.size_hw, step.halve_from)

    return make


def _angle(face: Face, step: CropSquare) -> float:
    if step.level is None:
        return 0.0
    first, second = (face.points[name] for name in step.level)
    return slope(first, second)


def _not_level(face: Face, step: CropSquare) -> Placement | None:
    if step.level is None:
        return None
    return square_around(face.box_xyxy, step.scale)


def _wrong_way(face: Face, step: CropSquare) -> Placement | None:
    angle = _angle(face, step)
    return square_around(face.box_xyxy, step.scale, -angle) if angle else None


def _turned_needlessly(face: Face, step: CropSquare) -> Placement | None:
    if step.level is not None or not {"right_eye", "left_eye"} <= face.points.keys():
        return None
    angle = slope(face.points["right_eye"], face.points["left_eye"])
    return square_around(face.box_xyxy, step.scale, angle)


def _scaled(scale: float) -> Around:
    def around(face: Face, step: CropSquare) -> Placement | None:
        if math.isclose(scale, step.scale):
            return None
        return square_around(face.box_xyxy, scale, _angle(face, step))

    return around


def _shorter_side(face: Face, step: CropSquare) -> Placement:
    x0, y0, x1, y1 = face.box_xyxy
    side = step.scale * min(x1 - x0, y1 - y0)
    return Placement.square(((x0 + x1) / 2, (y0 + y1) / 2), side, _angle(face, step))


def _at_corner(face: Face, step: CropSquare) -> Placement:
    """The square begins at the box's corner instead of being centred on the box."""
    x0, y0, x1, y1 = face.box_xyxy
    side = step.scale * max(x1 - x0, y1 - y0)
    return Placement.square((x0 + side / 2, y0 + side / 2), side, _angle(face, step))


def _box_itself(face: Face, step: CropSquare) -> Placement:
    """The box with its own proportions, stretched over the input."""
    x0, y0, x1, y1 = face.box_xyxy
    wide, high = step.scale * (x1 - x0), step.scale * (y1 - y0)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return Placement.region(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def _black_outside(trial: Trial) -> Any:
    """Black, where the square reaches outside the photo."""
    view, right = trial.view, trial.right()
    high, wide = right.shape[:2]
    x, y = np.meshgrid((np.arange(wide) + 0.5) / wide, (np.arange(high) + 0.5) / high)
    if view.placement is None:
        return None
    at = view.placement.points(np.stack([x, y], axis=2))
    sides = (view.rgb.shape[1], view.rgb.shape[0])
    outside = np.logical_or(at < 0, at > sides).any(axis=2, keepdims=True)
    return np.where(outside, 0, right).astype(np.uint8) if outside.any() else None


_SQUARE = "the square is centred on the box, its side `scale` times the longer side"

HYPOTHESES = (
    Hypothesis(
        name="crop-not-level",
        kinds=(CropSquare,),
        says="does not turn the crop by the line between the eyes",
        do="turn the square by the angle of the line between the step's `level` points",
        make=placed(_not_level),
    ),
    Hypothesis(
        name="crop-turned-wrongly",
        kinds=(CropSquare,),
        says="turns the crop the wrong way",
        do="negate the angle: y runs down, so a positive angle is clockwise",
        make=placed(_wrong_way),
    ),
    Hypothesis(
        name="crop-turned-needlessly",
        kinds=(CropSquare,),
        says="turns the crop by the eyes, which this model does not want",
        do="take an upright square",
        make=placed(_turned_needlessly),
    ),
    *(
        Hypothesis(
            name="crop-scale",
            kinds=(CropSquare,),
            says=f"takes a square of {scale} times the box",
            do="take the step's `scale`",
            make=placed(_scaled(scale)),
        )
        for scale in (1.0, 1.1, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.75, 2.0)
    ),
    Hypothesis(
        name="crop-shorter-side",
        kinds=(CropSquare,),
        says="takes the shorter side of the box for the square",
        do=_SQUARE,
        make=placed(_shorter_side),
    ),
    Hypothesis(
        name="crop-off",
        kinds=(CropSquare,),
        says="begins the square at the box's corner",
        do=_SQUARE,
        make=placed(_at_corner),
    ),
    Hypothesis(
        name="crop-not-square",
        kinds=(CropSquare,),
        says="stretches the box over the input instead of taking a square",
        do=_SQUARE,
        make=placed(_box_itself),
    ),
    Hypothesis(
        name="crop-black-outside",
        kinds=(CropSquare,),
        says="fills with black what lies outside the photo",
        do="repeat the photo's edge outside of it",
        make=_black_outside,
    ),
)
