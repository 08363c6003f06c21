from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from edge_runtime.video.scene_cuts import SceneCuts


def test_a_cut_is_found_and_a_pan_is_none(
    cropped: Callable[..., np.ndarray], view: Callable[..., Any], with_noise: Callable[..., Any]
) -> None:
    cuts = SceneCuts()
    pan = [
        with_noise(cropped("china.jpg", view(0.3 + 0.01 * n, 0.5, 1.3)), n) for n in range(12)
    ]
    assert [cuts.is_cut(frame) for frame in pan] == [True] + 11 * [False]
    others = ("obama.jpg", "flower.jpg", "chelsea.png", "rocket.jpg", "coffee.png")
    assert all(cuts.is_cut(cropped(name, view(0.5, 0.5, 1.2))) for name in others)
    assert not cuts.is_cut(cropped("coffee.png", view(0.5, 0.5, 1.2)))
