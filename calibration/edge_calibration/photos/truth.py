"""What a photo is known to show: the ground truth that comes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_runtime.errors import PhotoUnreadable

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

IGNORED = 255
"""The class of a mask's pixels that belong to none and count for nothing (as in VOC)."""


@dataclass(frozen=True, kw_only=True)
class ClassTruth:
    """The one class of a photo."""

    label: str


@dataclass(frozen=True, kw_only=True, eq=False)
class BoxesTruth:
    """The objects of a photo: ``boxes_xyxy`` float32 [N, 4] in pixels of the upright photo,
    a label each, and ``ignored`` bool [N]: those that may be found or not (a crowd, an
    object marked as difficult)."""

    boxes_xyxy: NDArray[np.float32]
    labels: tuple[str, ...]
    ignored: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskTruth:
    """The class of every pixel, uint8 [H, W]; ``IGNORED`` counts for nothing.

    A mask of 0 and 255 alone is one of two classes and reads as 0 and 1.
    """

    path: Path | None = None
    pixels: NDArray[np.uint8] | None = None

    def read(self) -> NDArray[np.uint8]:
        """The classes; ``PhotoUnreadable`` where the file is not a mask."""
        return self.pixels if self.pixels is not None else _classes(self.path)


@dataclass(frozen=True, kw_only=True, eq=False)
class LandmarksTruth:
    """Points of a face, ``points_xy`` float32 [N, 2], in pixels of the upright photo."""

    points_xy: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class SmileTruth:
    """Whether the one face of the photo smiles."""

    smiling: bool


Truth: TypeAlias = ClassTruth | BoxesTruth | MaskTruth | LandmarksTruth | SmileTruth


def labels_of(truth: Truth | None) -> tuple[str, ...]:
    """The labels that a model has to know to be held against this truth."""
    if isinstance(truth, ClassTruth):
        return (truth.label,)
    return truth.labels if isinstance(truth, BoxesTruth) else ()


def _classes(path: Path | None) -> NDArray[np.uint8]:
    """The indices of a palette picture as they are, else its grey."""
    from PIL import Image  # noqa: PLC0415  the one picture that is not a photo

    try:
        with Image.open(str(path), formats=("PNG", "BMP", "TIFF")) as image:
            kept = image if image.mode in {"P", "L", "1"} else image.convert("L")
            classes = np.asarray(kept).astype(np.uint8)
    except (OSError, ValueError, SyntaxError) as error:
        raise PhotoUnreadable(f"{path} is not a mask ({error}): give a PNG") from None
    only_two = np.isin(classes, (0, IGNORED)).all()
    return np.minimum(classes, 1) if only_two else classes
