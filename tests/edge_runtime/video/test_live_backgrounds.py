from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime.errors import PhotoError, UnknownName, VideoError
from edge_runtime.video.live_backgrounds import background, out_of_focus

FRAME = np.random.default_rng(0).integers(0, 255, (120, 160, 3)).astype(np.uint8)
NOBODY = np.zeros((120, 160), np.uint8)


@pytest.mark.parametrize("text", ["#102030", "sunset,gradient", "PICTURE"])
def test_what_is_painted_is_painted_once(samples: Path, text: str) -> None:
    behind = background(text.replace("PICTURE", str(samples / "china.jpg")), (160, 120))
    first = behind(FRAME, NOBODY)
    assert first.shape == FRAME.shape
    assert behind(FRAME, NOBODY) is first
    if text.startswith("#"):
        assert (first == (16, 32, 48)).all()


def test_blur_is_smooth_and_leaves_the_person_out() -> None:
    frame = np.full((120, 160, 3), 40, np.uint8)
    frame[30:90, 60:100] = 250
    person = np.zeros((120, 160), np.uint8)
    person[28:92, 58:102] = 255
    assert background("blur", (160, 120)) is out_of_focus
    made = out_of_focus(frame, person)
    assert made.max() < 60  # no halo of the person's white
    noisy = out_of_focus(FRAME, NOBODY).astype(float)
    assert noisy.std() < 0.2 * FRAME.std()


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="cannot be transparent"):
        background("transparent", (8, 8))
    with pytest.raises(UnknownName, match="did you mean 'sunset'"):
        background("sunsett", (8, 8))
    with pytest.raises(PhotoError):
        background(str(tmp_path / "none.png"), (8, 8))
