"""What apps get wrong when pixels become the graph's tensor: range, layout, type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.contract import Run, WriteTensor
from edge_runtime.doctor.hypotheses import Hypothesis, after, before, on_picture
from edge_runtime.doctor.of_photos import bgr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.doctor.hypotheses import Change
    from edge_runtime.doctor.replay import Make, Trial

WRITTEN = (WriteTensor,)
FED = (Run,)
_MEAN = np.array([0.485, 0.456, 0.406])  # of ImageNet, in 0..1
_STD = np.array([0.229, 0.224, 0.225])
_RIGHT = "write the bytes 0..255 as they are: the graph normalises them itself"
_LAYOUT = "write row by row, pixel by pixel, R, G and B of each pixel together (NHWC)"


def _planes(pixels: NDArray[Any]) -> NDArray[Any]:
    """One channel after the other."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _planes_unsaid(pixels: NDArray[Any]) -> NDArray[Any]:
    """The same bytes in an array that still says NHWC."""
    return _planes(pixels).reshape(pixels.shape)


def _misread(pixels: NDArray[Any]) -> NDArray[Any]:
    """Pixels that are taken for planes, and brought into the other order."""
    high, wide, channels = pixels.shape
    planes = np.ascontiguousarray(pixels).reshape(channels, high, wide)
    return np.ascontiguousarray(planes.transpose(1, 2, 0))


def _columns_first(pixels: NDArray[Any]) -> NDArray[Any]:
    """Column by column, in an array of the right shape."""
    return np.ascontiguousarray(pixels.swapaxes(0, 1)).reshape(pixels.shape)


def _wrapped(pixels: NDArray[Any]) -> NDArray[Any]:
    wrapped: NDArray[Any] = pixels - 256.0 * (pixels > 127)
    return wrapped


def _imagenet(pixels: NDArray[Any]) -> NDArray[Any]:
    normalised: NDArray[Any] = (pixels / 255 - _MEAN) / _STD
    return normalised


def _fed_before_written(trial: Trial) -> Any:
    """The graph ran on a tensor of zeros."""
    zeros = on_picture(trial.given, np.zeros_like)
    return trial.right(zeros)


RANGES: tuple[tuple[str, str, Change], ...] = (
    ("scaled-0-1", "divides the pixels by 255 where 0..255 is meant", lambda p: p / 255.0),
    ("scaled-minus1-1", "scales the pixels to -1..1 where 0..255 is meant",
     lambda p: p / 127.5 - 1),
    ("imagenet-normalised", "normalises by ImageNet's mean and deviation", _imagenet),
    ("scaled-twice", "divides the pixels by 255 twice", lambda p: p / 255.0 / 255.0),
    ("integer-division", "divides whole numbers: all pixels below 255 become 0",
     lambda p: np.floor(p / 255.0)),
    ("multiplied", "multiplies the pixels by 255 although they are 0..255",
     lambda p: p * 255.0),
    ("centred", "subtracts 127.5", lambda p: p - 127.5),
    ("int8-shifted", "subtracts 128, as for an int8 input", lambda p: p - 128.0),
    ("int8-cast", "reads the bytes as signed: from 128 on they are negative", _wrapped),
    ("truncated", "cuts off the lowest bit", lambda p: np.floor(p / 2) * 2.0),
)  # fmt: skip
LAYOUTS: tuple[tuple[str, str, Change], ...] = (
    ("nchw", "writes one channel after the other (NCHW)", _planes),
    ("nchw", "writes one channel after the other (NCHW)", _planes_unsaid),
    ("nhwc-taken-for-nchw", "takes its pixels for planes (NCHW) and reorders them", _misread),
    ("columns-first", "writes column by column", _columns_first),
)


def _with(first: Change, second: Change) -> Make:
    return after(lambda pixels: second(first(pixels)))


HYPOTHESES = (
    *(
        Hypothesis(name=name, kinds=WRITTEN, says=says, do=_RIGHT, make=after(change))
        for name, says, change in RANGES
    ),
    *(
        Hypothesis(name=name, kinds=WRITTEN, says=says, do=_LAYOUT, make=after(change))
        for name, says, change in LAYOUTS
    ),
    *(
        Hypothesis(
            name=f"bgr+{name}",
            kinds=WRITTEN,
            says=f"has the channels as BGR and {says}",
            do=f"swap red and blue, and {_RIGHT}",
            make=_with(bgr, change),
        )
        for name, says, change in RANGES[:3]
    ),
    *(
        Hypothesis(
            name=f"nchw+{name}",
            kinds=WRITTEN,
            says=f"writes one channel after the other (NCHW) and {says}",
            do=f"{_LAYOUT}, and {_RIGHT}",
            make=_with(change, planes),
        )
        for name, says, change in RANGES[:3]
        for planes in (_planes, _planes_unsaid)
    ),
    *(
        Hypothesis(
            name=name,
            kinds=FED,
            says=f"feeds another tensor than it wrote down: it {says}",
            do=_RIGHT,
            make=before(change),
        )
        for name, says, change in RANGES
    ),
    *(
        Hypothesis(
            name=name,
            kinds=FED,
            says=f"feeds another tensor than it wrote down: it {says}",
            do=_LAYOUT,
            make=before(change),
        )
        for name, says, change in LAYOUTS[1:]
    ),
    *(
        Hypothesis(
            name=name,
            kinds=FED,
            says=f"feeds another tensor than it wrote down: it {says}",
            do="feed the tensor that was written down",
            make=before(change),
        )
        for name, says, change in (
            ("bgr", "swaps red and blue", bgr),
            ("mirrored", "mirrors the picture", lambda p: p[:, ::-1]),
            ("upside-down", "has the rows from bottom to top", lambda p: p[::-1]),
            ("rotated-180", "turns the picture by 180 degrees", lambda p: p[::-1, ::-1]),
        )
    ),
    Hypothesis(
        name="input-not-written",
        kinds=FED,
        says="runs the graph before its input is written: it sees zeros",
        do="write into the input of the same interpreter, after it allocated its tensors",
        make=_fed_before_written,
    ),
)
