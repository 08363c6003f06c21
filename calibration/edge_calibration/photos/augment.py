"""Honest variations of photos: each named, seeded, and carried out on the labels too."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from edge_calibration.photos.moved_truth import cut, mirrored, shrunk
from edge_runtime.spec import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_calibration.photos.truth import Truth

    Pixels: TypeAlias = NDArray[np.uint8]
    Known: TypeAlias = tuple[Pixels, Truth | None]


class Crop(Record, frozen=True, kw_only=True, tag="crop"):
    """A part of the photo; each side keeps a share between ``least`` and 1."""

    least: float = 0.6

    def name(self) -> str:
        """In words, for a report."""
        return f"cropped to {self.least:.0%} or more of each side"

    def apply(self, rgb: Pixels, truth: Truth | None, rng: np.random.Generator) -> Known:
        """What is cut off is no longer known of: see :func:`moved_truth.cut`."""
        height, width = rgb.shape[:2]
        w, h = (max(1, round(size * rng.uniform(self.least, 1))) for size in (width, height))
        x, y = (int(rng.integers(0, free + 1)) for free in (width - w, height - h))
        window = (x, y, x + w, y + h)
        return np.ascontiguousarray(rgb[y : y + h, x : x + w]), cut(truth, window)


class Flip(Record, frozen=True, kw_only=True, tag="flip"):
    """The mirror image; ``order`` says which landmark each becomes (the left eye's is the
    right eye's), and is needed where there are landmarks."""

    order: tuple[int, ...] = ()

    def name(self) -> str:
        """In words, for a report."""
        return "mirrored"

    def apply(self, rgb: Pixels, truth: Truth | None, _: np.random.Generator) -> Known:
        """Always the same; ``DatasetError`` for landmarks without an order."""
        return np.ascontiguousarray(rgb[:, ::-1]), mirrored(truth, rgb.shape[1], self.order)


class Light(Record, frozen=True, kw_only=True, tag="light"):
    """More light or less, up to ``stops`` of exposure either way; white stays white."""

    stops: float = 1.0

    def name(self) -> str:
        """In words, for a report."""
        return f"lighter or darker by up to {self.stops:g} stops"

    def apply(self, rgb: Pixels, truth: Truth | None, rng: np.random.Generator) -> Known:
        """Light is scaled where it adds up: in linear sRGB (IEC 61966-2-1)."""
        codes = np.arange(256) / 255
        linear = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
        lit = np.minimum(linear * 2 ** rng.uniform(-self.stops, self.stops), 1)
        seen = np.where(lit <= 0.0031308, lit * 12.92, 1.055 * lit ** (1 / 2.4) - 0.055)
        return np.rint(seen * 255).astype(np.uint8)[rgb], truth


class Scale(Record, frozen=True, kw_only=True, tag="scale"):
    """Fewer pixels: each side times a share between ``least`` and 1, averaged."""

    least: float = 0.5

    def name(self) -> str:
        """In words, for a report."""
        return f"scaled down to {self.least:.0%} or more"

    def apply(self, rgb: Pixels, truth: Truth | None, rng: np.random.Generator) -> Known:
        """Boxes, masks and landmarks shrink with the photo."""
        share = rng.uniform(self.least, 1)
        height, width = (max(1, round(size * share)) for size in rgb.shape[:2])
        small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8), shrunk(truth, rgb.shape[:2], (height, width))


Augmentation: TypeAlias = Crop | Flip | Light | Scale


def augmented(
    photo: str, known: Known, how: Augmentation, seed: int = 0
) -> tuple[Pixels, Truth | None]:
    """A photo, uint8 RGB [H, W, 3], and its truth, varied: the same for the same photo's
    name, augmentation and seed, whatever was varied before."""
    told = f"{seed} {how.name()} {photo}".encode()
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(told).digest()[:8]))
    return how.apply(*known, rng)
