"""What Python's filters draw, for the unit tests of the Dart package: small pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.backdrops import backdrop
from edge_runtime.filters import Filter, Scene
from edge_runtime.filters.canonical import FACE, INDICES
from edge_runtime.results import Face

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Json = dict[str, Any]
SEEDS = (0, 101, 2147483648)
WORDS = ("sunset,bokeh", "night,stars", "winter,mountains", "red,texture", "rainbow,confetti")
PRESETS = ("love", "rainy", "gentleman")
SIZE_WH = (48, 64)
SCALE, MIDDLE = 11.0, (24.0, 26.0, 0.0)


def random_rows() -> Iterator[Json]:
    """The first numbers of each kind, of some seeds."""
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        yield {
            "seed": seed,
            "uniform": [random.random() for _ in range(4)],
            "uniform32": [float(random.random(dtype=np.float32)) for _ in range(5)],
            "normal": [random.standard_normal() for _ in range(40)],
        }


def backdrop_rows() -> Iterator[Json]:
    """Backgrounds of words."""
    for words in WORDS:
        pixels = backdrop(words.split(","), SIZE_WH)
        yield {"words": words, "size": SIZE_WH, "drawn": pixels.tobytes().hex()}


def filter_rows(rgb: NDArray[np.uint8]) -> Iterator[Json]:
    """Presets on a photo uint8 [64, 48, 3] with a face that looks straight ahead, and a person
    who is an ellipse."""
    scene = Scene(faces=(_face(),), alpha=_person(), seconds=0.5)
    for preset in PRESETS:
        pixels = Filter.preset(preset).apply(rgb, scene)
        yield {
            "preset": preset,
            "size": SIZE_WH,
            "seconds": scene.seconds,
            "smile": 0.9,
            "landmarks": [round(float(value), 3) for value in _landmarks().ravel()],
            "drawn": pixels.tobytes().hex(),
        }


def _face() -> Face:
    return Face(
        box_xyxy=(12.0, 12.0, 36.0, 42.0),
        score=1.0,
        points={},
        landmarks=np.round(_landmarks(), 3),
        smile=0.9,
    )


def _landmarks() -> NDArray[np.float32]:
    """The mean face; what it does not have lies on its mouth."""
    made = np.tile(np.array(MIDDLE) + np.array((0.0, 10.0, -4.0)), (468, 1))
    made[INDICES] = FACE * SCALE + np.array(MIDDLE)
    return made.astype(np.float32)


def _person() -> NDArray[np.uint8]:
    width, height = SIZE_WH
    y, x = np.ogrid[:height, :width]
    inside = ((x - 24) / 15) ** 2 + ((y - 40) / 30) ** 2 < 1
    return np.where(inside, 255, 0).astype(np.uint8)
