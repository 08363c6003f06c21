"""What apps get wrong when the whole photo is brought to the input's size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import msgspec
import numpy as np
from PIL import Image

from edge_runtime.contract import Resize
from edge_runtime.doctor.hypotheses import Hypothesis
from edge_runtime.doctor.kernels import (
    aligned_corners,
    by_opencv,
    by_pillow,
    half_a_pixel_off,
    nearest,
    nearest_centre,
)
from edge_runtime.geometry import Placement, plan

if TYPE_CHECKING:
    from edge_runtime.doctor.kernels import Scale
    from edge_runtime.doctor.replay import Make, Trial
    from edge_runtime.geometry import Plan

_FITS = {
    "stretch": "stretches the photo over the whole input",
    "letterbox": "letterboxes the photo",
    "crop": "crops the middle of the photo",
}


def fit(other: str) -> Make:
    """Another way of fitting than the step's."""

    def make(trial: Trial) -> Any:
        step: Resize = trial.step
        same = step.fit == other or trial.given.shape[:2] == trial.view.size_hw
        return None if same else trial.right(step=msgspec.structs.replace(step, fit=other))

    return make


def padded(trial: Trial) -> Any:
    """A letterbox of another grey: that of the app's first pixel."""
    step: Resize = trial.step
    seen = next((a for a in (trial.seen or {}).values() if a.ndim >= 3 and a.size), None)
    if step.fit != "letterbox" or seen is None:
        return None
    grey = int(np.clip(seen.reshape(-1)[0], 0, 255))
    return trial.right(step=msgspec.structs.replace(step, pad=grey))


def cornered(trial: Trial) -> Any:
    """A letterbox whose photo begins in the top left corner, not in the middle."""
    step, view = trial.step, trial.view
    how = _plan(trial)
    if step.fit != "letterbox" or how.target[:2] == (0, 0):
        return None
    x, y, wide, high = how.target
    right = trial.right()
    made = np.full_like(right, step.pad)
    made[:high, :wide] = right[y : y + high, x : x + wide]
    sx, sy, sw, sh = how.source
    kx, ky = sw / wide, sh / high
    view.placement = Placement.region(
        sx, sy, sx + view.size_hw[1] * kx, sy + view.size_hw[0] * ky
    )
    return made


def cut_from_corner(trial: Trial) -> Any:
    """A crop that begins in the top left corner, not in the middle."""
    how = _plan(trial)
    if trial.step.fit != "crop" or how.source[:2] == (0, 0):
        return None
    _, _, wide, high = how.source
    part = np.ascontiguousarray(trial.given[:high, :wide])
    return trial.right(given=part)


def kernel(scale: Scale) -> Make:
    """The same rectangles by another kernel."""

    def make(trial: Trial) -> Any:
        if trial.given.shape[:2] == trial.view.size_hw:
            return None
        how, step = _plan(trial), trial.step
        trial.right()  # for the placement
        x, y, wide, high = how.source
        made = scale(trial.given[y : y + high, x : x + wide], how.target[2:])
        if made.shape[:2] == trial.view.size_hw:
            return made
        canvas = np.full((*trial.view.size_hw, 3), step.pad, np.uint8)
        left, top, across, down = how.target
        canvas[top : top + down, left : left + across] = made
        return canvas

    return make


def _plan(trial: Trial) -> Plan:
    high, wide = trial.given.shape[:2]
    return plan((wide, high), trial.view.size_hw, trial.step)


_KERNEL = "halve the photo while it is 4 times too large, then bilinear between pixel centres"

_KERNELS: tuple[tuple[str, str, Scale], ...] = (
    ("nearest", "nearest neighbour", nearest),
    ("nearest", "nearest neighbour, by centres", nearest_centre),
    ("no-antialias", "plain bilinear, without halving", by_opencv(cv2.INTER_LINEAR)),
    ("area", "means of areas", by_opencv(cv2.INTER_AREA)),
    ("align-corners", "bilinear with aligned corners", aligned_corners),
    ("no-half-pixel", "bilinear between pixel corners, half a pixel off", half_a_pixel_off),
    (
        "antialias-bilinear",
        "Pillow's antialiased bilinear",
        by_pillow(Image.Resampling.BILINEAR),
    ),
    ("bicubic", "bicubic", by_opencv(cv2.INTER_CUBIC)),
    ("bicubic", "Pillow's bicubic", by_pillow(Image.Resampling.BICUBIC)),
    ("lanczos", "Lanczos", by_pillow(Image.Resampling.LANCZOS)),
)

HYPOTHESES = (
    *(
        Hypothesis(
            name=f"{other}-instead",
            kinds=(Resize,),
            says=says,
            do="fit the photo as the model's step `resize` says (`fit`)",
            make=fit(other),
        )
        for other, says in _FITS.items()
    ),
    Hypothesis(
        name="letterbox-colour",
        kinds=(Resize,),
        says="fills the rest of the letterbox with another colour",
        do="fill it with the step's `pad`",
        make=padded,
    ),
    Hypothesis(
        name="letterbox-in-corner",
        kinds=(Resize,),
        says="puts the photo into a corner of the letterbox",
        do="put the photo into the middle of the input",
        make=cornered,
    ),
    Hypothesis(
        name="crop-off",
        kinds=(Resize,),
        says="cuts the crop from the top left corner",
        do="cut it from the middle of the photo",
        make=cut_from_corner,
    ),
    *(
        Hypothesis(
            name=f"resize-{name}",
            kinds=(Resize,),
            says=f"resizes by another kernel: {what}",
            do=_KERNEL,
            make=kernel(scale),
        )
        for name, what, scale in _KERNELS
    ),
)
