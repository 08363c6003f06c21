from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.images import Photo
from edge_runtime.video.watching import Wanted, Watcher


def test_only_what_is_wanted_is_looked_for(lens: Lens, moving: list[np.ndarray]) -> None:
    sight = Watcher(lens, Wanted(), (320, 240)).look(moving[0], 0)
    assert (sight.mask, sight.faces, dict(sight.painted)) == (None, (), {})


@pytest.mark.parametrize(
    ("size_wh", "shape"), [((320, 240), (144, 256)), ((240, 320), (256,) * 2)]
)
def test_the_mask_is_that_of_the_photo(
    lens: Lens,
    cropped: Callable[..., np.ndarray],
    view: Any,
    size_wh: tuple[int, int],
    shape: tuple[int, int],
) -> None:
    """By the network for wide pictures, or that for tall ones, at the network's own size."""
    frame = cropped("obama.jpg", view(0.5, 0.4, 2.8), size_wh)
    mask = Watcher(lens, Wanted(mask=True), size_wh).look(frame, 0).mask
    assert mask.shape == shape
    model = "portrait-segmentation" + ("-landscape" if size_wh[0] > size_wh[1] else "")
    whole = lens.segment(Photo(frame), model).value.probability
    assert abs(float(mask.mean()) - float(whole.mean())) < 0.01


def test_smiles_come_with_the_faces_and_are_steady(
    lens: Lens, moving: list[np.ndarray]
) -> None:
    wanted = Wanted(faces=True, smiles=True)
    watcher = Watcher(lens, wanted, (320, 240))
    faces = [watcher.look(frame, n / 30).faces for n, frame in enumerate(moving[:6])]
    assert all(len(found) == 1 for found in faces)
    last = faces[-1][0]
    assert last.smile > 0.9
    assert last.landmarks.shape == (468, 3)
    assert sum(last.expressions.values()) == pytest.approx(1, abs=1e-3)


def test_frames_are_painted_in_styles(lens: Lens, moving: list[np.ndarray]) -> None:
    sight = Watcher(lens, Wanted(styles=("7",)), (320, 240)).look(moving[0], 0)
    assert sight.painted["7"].shape == moving[0].shape
