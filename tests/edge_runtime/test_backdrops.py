from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from edge_runtime.backdrops import PAINTS, WORDS, backdrop
from edge_runtime.backdrops.patterns import PATTERNS
from edge_runtime.errors import UnknownName

SIZE = (96, 64)


@pytest.mark.parametrize("word", WORDS)
def test_every_word_paints(word: str) -> None:
    made = backdrop([word], SIZE)
    assert made.shape == (64, 96, 3)
    assert made.dtype == np.uint8


@pytest.mark.parametrize("pattern", list(PATTERNS))
def test_every_pattern_is_another_picture(pattern: str) -> None:
    plain = backdrop(["ocean"], SIZE).astype(int)
    made = backdrop(["ocean", pattern], SIZE).astype(int)
    if pattern != "gradient":
        assert np.abs(made - plain).mean() > 1


def test_the_same_words_are_the_same_picture_in_another_process() -> None:
    code = (
        "import zlib; from edge_runtime.backdrops import backdrop;"
        "print(zlib.crc32(backdrop(['night', 'stars', 'texture'], (96, 64)).tobytes()))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


def test_another_size_is_the_same_composition() -> None:
    import cv2

    small = backdrop(["sunset", "waves"], (120, 90)).astype(int)
    large = backdrop(["sunset", "waves"], (480, 360))
    shrunk = cv2.resize(large, (120, 90), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(small - shrunk).mean() < 3


def test_slow_gradients_have_no_bands() -> None:
    column = backdrop(["grey"], (64, 800)).astype(float)[:, 0, 1]
    assert len(np.unique(np.diff(column))) > 1
    runs = np.diff(np.flatnonzero(np.diff(column)))
    assert runs.max() < 30


def test_an_unknown_word_lists_the_known() -> None:
    with pytest.raises(UnknownName, match="did you mean 'rainbow'"):
        backdrop(["rainbw"], SIZE)
    assert {"rainbow", "sunset", "white"} <= set(PAINTS)
