"""The colours that a photo is made of, and what they are called.

Clusters of k-means in CIELAB, begun from Pillow's median cut so that the same photo always has
the same ones; those that look alike are joined.  Names are those of CSS Color 4.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image, ImageColor

from edge_server.properties.ciede2000 import ciede2000, lab_of
from edge_server.properties.facts import NamedColour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

_SIDE = 96  # of the copy that is counted
_MOST = 8
_ALIKE = 8.0  # of CIEDE2000: nearer ones are one colour
_LEAST = 0.01  # of the photo: less is not said
_ROUNDS = 12


def dominant_colours(rgb: Pixels) -> tuple[NamedColour, ...]:
    """At most 8 colours of a photo, uint8 [H, W, 3], the largest share first."""
    small = _small(rgb)
    labels = _clusters(small)
    pixels = small.reshape(-1, 3)
    found = [pixels[labels == label] for label in np.unique(labels)]
    joined = _joined([(one.mean(axis=0), len(one)) for one in found])
    ranked = sorted(joined, key=lambda one: -one[1])
    named = (_named(mean, count / len(pixels)) for mean, count in ranked)
    return tuple(one for one in named if one.share >= _LEAST)


def colour_name(rgb: tuple[int, int, int]) -> tuple[str, float]:
    """The nearest CSS colour's name and how far it is off (CIEDE2000)."""
    names, labs = _css()
    distances = ciede2000(lab_of(np.array([rgb], np.uint8)), labs)
    nearest = int(distances.argmin())
    return names[nearest], float(distances[nearest])


@cache
def _css() -> tuple[tuple[str, ...], Floats]:
    """Names and CIELAB of the colours of CSS; of a colour's two names the first by alphabet
    (aqua, fuchsia, gray)."""
    values: dict[tuple[int, ...], str] = {}
    for name in sorted(ImageColor.colormap):
        values.setdefault(ImageColor.getrgb(name), name)
    return tuple(values.values()), lab_of(np.array(list(values), np.uint8))


def _small(rgb: Pixels) -> Pixels:
    """A copy of at most 96 pixels a side: whole pixels, as averages would be new colours."""
    height, width = rgb.shape[:2]
    rows = np.linspace(0, height - 1, min(height, _SIDE)).astype(int)
    columns = np.linspace(0, width - 1, min(width, _SIDE)).astype(int)
    small: Pixels = rgb[rows[:, None], columns]
    return small


def _clusters(small: Pixels) -> NDArray[np.int32]:
    """The cluster of each pixel, int32 [n]."""
    cut = Image.fromarray(small).quantize(_MOST, method=Image.Quantize.MEDIANCUT)
    _, first = np.unique(np.asarray(cut), return_inverse=True)
    labels: Any = first.reshape(-1, 1).astype(np.int32)
    lab: Any = lab_of(small).astype(np.float32)
    count = int(labels.max()) + 1
    if count == 1:  # a single pixel would be taken for three
        return first.ravel().astype(np.int32)
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, _ROUNDS, 0.5)
    _, labels, _ = cv2.kmeans(lab, count, labels, until, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return labels.ravel()  # type: ignore[no-any-return]


def _joined(found: list[tuple[Floats, int]]) -> list[tuple[Floats, int]]:
    """Colours (mean and count) with the two nearest joined until none are alike."""
    while len(found) > 1:
        labs = lab_of(np.array([mean for mean, _ in found]).round().astype(np.uint8))
        distances = ciede2000(labs[:, None], labs[None]) + np.diag([np.inf] * len(found))
        one, other = np.unravel_index(int(distances.argmin()), distances.shape)
        if distances[one, other] >= _ALIKE:
            break
        (mean_1, count_1), (mean_2, count_2) = found[one], found[other]
        total = count_1 + count_2
        both = ((mean_1 * count_1 + mean_2 * count_2) / total, total)
        found = [pair for at, pair in enumerate(found) if at not in {one, other}] + [both]
    return found


def _named(mean: Floats, share: float) -> NamedColour:
    red, green, blue = (int(value) for value in mean.round())
    name, distance = colour_name((red, green, blue))
    return NamedColour(rgb=(red, green, blue), name=name, distance=distance, share=share)
