"""What apps get wrong when a mask or a painted picture is brought back to the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from edge_runtime.contract import ResizePicture, RoundPixels, UpsampleMask
from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.doctor.kernels import (
    aligned_corners,
    by_opencv,
    by_pillow,
    half_a_pixel_off,
    nearest,
    nearest_centre,
)
from edge_runtime.doctor.of_runs import sigmoid
from edge_runtime.results import Mask, Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edge_runtime.doctor.kernels import Scale
    from edge_runtime.doctor.replay import Make, Trial

    Plane = NDArray[Any]

MASK = (UpsampleMask,)


def spread_by(scale: Scale) -> Make:
    """The part of the plane over the photo, enlarged otherwise."""

    def make(trial: Trial) -> Any:
        part = _part(trial)
        high, wide = trial.view.rgb.shape[:2]
        return None if part is None else Mask(probability=scale(part, (wide, high)))

    return make


def whole_plane(trial: Trial) -> Any:
    """The plane over the photo with what the letterbox added, or the crop left out."""
    plane = trial.given[trial.step.output][0, :, :, 0]
    high, wide = trial.view.rgb.shape[:2]
    return Mask(probability=cv2.resize(plane, (wide, high), interpolation=cv2.INTER_LINEAR))


def not_enlarged(trial: Trial) -> Any:
    """The plane as the graph gives it."""
    return Mask(probability=trial.given[trial.step.output][0, :, :, 0])


def mask_changed(change: Callable[[Plane], Plane]) -> Make:
    """The right mask, changed."""
    return lambda trial: Mask(probability=change(trial.right().probability))


def _part(trial: Trial) -> Plane | None:
    placement, plane = trial.view.placement, trial.given[trial.step.output][0, :, :, 0]
    if placement is None:
        return None
    high, wide = trial.view.rgb.shape[:2]
    ends = placement.inverse_points(np.array([(0, 0), (wide, high)])) * plane.shape[::-1]
    (left, top), (right, bottom) = np.rint(ends).astype(int).clip(0).tolist()
    part: Plane = plane[top:bottom, left:right]
    return part


def picture_by(scale: Scale) -> Make:
    """The painted pixels by another kernel."""

    def make(trial: Trial) -> Any:
        high, wide = trial.view.rgb.shape[:2]
        return Picture(pixels=scale(trial.given, (wide, high)))

    return make


def rounded(change: Callable[[Plane], Plane]) -> Make:
    """The picture becomes bytes in another way."""

    def make(trial: Trial) -> Any:
        return change(np.asarray(trial.given[trial.step.output][0], np.float64))

    return make


def _wrapped(picture: Plane) -> Plane:
    return np.asarray(np.rint(picture).astype(np.int64) & 255, np.uint8)


def _times_255(picture: Plane) -> Plane:
    return np.asarray(np.rint((picture * 255).clip(0, 255)), np.uint8)


_BILINEAR = "enlarge the part over the photo bilinearly, between pixel centres"
_ENDS = "use the probabilities as they are"

HYPOTHESES = (
    *(
        Hypothesis(name=name, kinds=MASK, says=says, do=_BILINEAR, make=spread_by(scale))
        for name, says, scale in (
            ("mask-nearest", "enlarges the mask by the nearest pixel", nearest),
            ("mask-nearest", "enlarges the mask by the nearest pixel", nearest_centre),
            (
                "mask-align-corners",
                "enlarges the mask with aligned corners",
                aligned_corners,
            ),
            (
                "mask-half-pixel",
                "enlarges the mask half a pixel off",
                half_a_pixel_off,
            ),
            (
                "mask-bicubic",
                "enlarges the mask by a bicubic kernel",
                by_opencv(cv2.INTER_CUBIC),
            ),
        )
    ),
    Hypothesis(
        name="letterbox-not-undone",
        kinds=MASK,
        says="spreads the whole plane over the photo, with the letterbox",
        do="cut the part over the photo out of the plane first",
        make=whole_plane,
    ),
    Hypothesis(
        name="mask-not-enlarged",
        kinds=MASK,
        says="leaves the mask at the model's size",
        do=_BILINEAR,
        make=not_enlarged,
    ),
    *(
        Hypothesis(name=name, kinds=MASK, says=says, do=do, make=mask_changed(change))
        for name, says, do, change in (
            ("inverted", "has the background's probability (1 - p)", _ENDS, lambda m: 1 - m),
            (
                "thresholded",
                "has only 0 and 1 in the mask",
                "keep the probabilities",
                lambda m: (m >= 0.5).astype(np.float32),
            ),
            ("sigmoid-twice", "applies a sigmoid to probabilities", _ENDS, sigmoid),
            ("mask-bytes", "has the mask in 0..255", "keep it in 0..1", lambda m: m * 255),
            ("output-mirrored", "mirrors the mask", "leave it as it is", lambda m: m[:, ::-1]),
            (
                "output-upside-down",
                "has the mask's rows from bottom to top",
                "leave it as it is",
                lambda m: m[::-1],
            ),
        )
    ),
    Hypothesis(
        name="not-rounded",
        kinds=(RoundPixels,),
        says="cuts the pixels' fractions off",
        do="round to the nearest whole number",
        make=rounded(lambda picture: picture.clip(0, 255).astype(np.uint8)),
    ),
    Hypothesis(
        name="not-clipped",
        kinds=(RoundPixels,),
        says="lets pixels run over: what is above 255 begins at 0 again",
        do="bring the numbers into 0..255 first",
        make=rounded(_wrapped),
    ),
    Hypothesis(
        name="multiplied",
        kinds=(RoundPixels,),
        says="multiplies the picture by 255 although it is 0..255",
        do="use the picture as it is",
        make=rounded(_times_255),
    ),
    *(
        Hypothesis(
            name=f"picture-{name}",
            kinds=(ResizePicture,),
            says=f"enlarges the picture by another kernel: {name}",
            do="enlarge it by the bicubic kernel of the step resize-picture",
            make=picture_by(scale),
        )
        for name, scale in (
            ("nearest", nearest),
            ("nearest", nearest_centre),
            ("nearest", by_pillow(Image.Resampling.NEAREST)),
            ("bilinear", by_opencv(cv2.INTER_LINEAR)),
            ("bilinear", by_pillow(Image.Resampling.BILINEAR)),
            ("bicubic", by_pillow(Image.Resampling.BICUBIC)),
            ("lanczos", by_opencv(cv2.INTER_LANCZOS4)),
            ("lanczos", by_pillow(Image.Resampling.LANCZOS)),
        )
    ),
)
