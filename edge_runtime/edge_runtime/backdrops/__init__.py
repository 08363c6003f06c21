"""Backgrounds made of words: ``rainbow,texture``, ``sunset,gradient``, ``night,stars``.

A palette or colours, and patterns, in any order; made on the spot, offline.  The same
words give the same picture.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.backdrops.palettes import COLOURS, PALETTES, Palette
from edge_runtime.backdrops.patterns import PATTERNS, Canvas
from edge_runtime.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PAINTS = tuple(sorted({"rainbow", *PALETTES, *COLOURS}))
WORDS = tuple(sorted({*PAINTS, *PATTERNS}))
_PLAIN = "studio"


def backdrop(words: Sequence[str], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Paint a background uint8 RGB [h, w, 3] of the size (width, height).

    Palettes and colours follow each other from top to bottom; patterns lie over them, the
    texture last.  Raises ``UnknownName`` listing all words.
    """
    for word in words:
        if word not in WORDS:
            raise UnknownName("background word", word, WORDS)
    paints = [word for word in words if word in PAINTS] or [_PLAIN]
    patterns = [name for name in PATTERNS if name in words] or ["gradient"]
    seed = zlib.crc32(",".join(words).encode())
    canvas = Canvas(size_wh, Palette.of(paints), seed)
    for name in patterns:
        PATTERNS[name](canvas)
    # Half a grey level of noise, so that slow gradients show no bands.
    dither = canvas.random.random(canvas.rgb.shape[:2], np.float32)[..., None]
    return np.clip(canvas.rgb * 255 + dither, 0, 255).astype(np.uint8)
