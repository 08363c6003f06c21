"""Each stage of a pipeline by two implementations: the app's, and a training script's.

What a file costs is only a part of what separates a number from a notebook and an answer
on a phone: photos are decoded, resized and read off by other code there.  Swapping one
stage at a time says which part each has.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import cv2
import numpy as np
from PIL import Image

from edge_runtime.contract import Resize, step_of
from edge_runtime.geometry import Placement, plan
from edge_runtime.images import open_photo
from edge_runtime.preprocess import crop, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_runtime.contract import Steps
    from edge_runtime.spec import SizeHW

    Pixels: TypeAlias = NDArray[np.uint8]
    Prepared: TypeAlias = tuple[NDArray[np.float32], Placement]

DecoderName: TypeAlias = Literal["pillow", "ffmpeg"]
ResizerName: TypeAlias = Literal["antialiased", "spec"]
ReadingName: TypeAlias = Literal["plain", "app"]

ORIENTATION = 0x0112
MOST_SAMPLES = 4


def decode_by_pillow(path: Path) -> Pixels:
    """By libjpeg with interpolated colours, as ``edge_runtime`` and training scripts do."""
    return open_photo(path).rgb


def decode_by_ffmpeg(path: Path) -> Pixels:
    """JPEG by FFmpeg: another cosine transform, and colours that are repeated instead of
    interpolated, as in the decoders of many phones.  It stands in for those.

    Other formats are exact, and what needs turning or a colour profile is Pillow's.
    """
    if not _is_plain_jpeg(path):
        return decode_by_pillow(path)
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        read, bgr = capture.read()
    finally:
        capture.release()
    if not read:
        return decode_by_pillow(path)
    return cast("Pixels", cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def _is_plain_jpeg(path: Path) -> bool:
    with Image.open(path) as image:
        upright = image.getexif().get(ORIENTATION, 1) == 1
        return (
            image.format == "JPEG"
            and image.mode == "RGB"
            and upright
            and "icc_profile" not in image.info
        )


def prepare_by_spec(
    rgb: Pixels, program: Steps, size_hw: SizeHW, placement: Placement | None
) -> Prepared:
    """The app's preprocessing: all of the photo, or the part at ``placement``."""
    if placement is None:
        return fit(rgb, step_of(program, Resize), size_hw)
    return crop(rgb, placement, size_hw), placement


def prepare_antialiased(
    rgb: Pixels, program: Steps, size_hw: SizeHW, placement: Placement | None
) -> Prepared:
    """The same part of the photo by Pillow's bilinear filter, which is as wide as a pixel
    that is made (antialiased): what training scripts do."""
    if placement is not None:
        return _as_input(_turned(rgb, placement, size_hw)), placement
    height, width = rgb.shape[:2]
    resize = step_of(program, Resize)
    how = plan((width, height), size_hw, resize)
    x, y, w, h = how.source
    left, top, wide, high = how.target
    part = Image.fromarray(rgb[y : y + h, x : x + w])
    canvas = Image.new("RGB", size_hw[::-1], (resize.pad,) * 3)
    canvas.paste(part.resize((wide, high), Image.Resampling.BILINEAR), (left, top))
    return _as_input(canvas), how.placement


def _turned(rgb: Pixels, placement: Placement, size_hw: SizeHW) -> Image.Image:
    """A turned part: several samples a pixel, then their mean.  The edge is repeated."""
    height, width = size_hw
    often = min(MOST_SAMPLES, max(1, math.ceil(placement.side / width)))
    margin = math.ceil(placement.side)
    around = np.pad(rgb, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    (a, b, x), (d, e, y) = placement.matrix.tolist()
    across, down = width * often, height * often
    matrix = (a / across, b / down, x + margin, d / across, e / down, y + margin)
    large = Image.fromarray(around).transform(
        (across, down), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )
    return large.resize((width, height), Image.Resampling.BOX)


def _as_input(picture: Image.Image) -> NDArray[np.float32]:
    return np.asarray(picture, dtype=np.float32)[np.newaxis]


DECODERS: Mapping[DecoderName, Callable[[Path], Pixels]] = {
    "pillow": decode_by_pillow,
    "ffmpeg": decode_by_ffmpeg,
}
RESIZERS: Mapping[
    ResizerName, Callable[[Pixels, Steps, SizeHW, Placement | None], Prepared]
] = {"antialiased": prepare_antialiased, "spec": prepare_by_spec}
