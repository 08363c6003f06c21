from __future__ import annotations

import numpy as np
import pytest

from edge_runtime import Lens
from edge_runtime.errors import UnknownName, VideoError
from edge_runtime.filters import Filter
from edge_runtime.video.options import TASKS
from edge_runtime.video.painters import PAINTERS, Wish, painter
from edge_runtime.video.watching import Sight, Watcher

SIZE_WH = (320, 240)


def painted(lens: Lens, frame: np.ndarray, wish: Wish) -> np.ndarray:
    wanted, paint = painter(wish, SIZE_WH)
    return paint(frame, Watcher(lens, wanted, SIZE_WH).look(frame, 0.0), 0.0)


def test_the_tasks_of_the_command_are_those_that_are_painted() -> None:
    assert set(TASKS) == set(PAINTERS)


def test_the_person_stands_before_another_background(
    lens: Lens, moving: list[np.ndarray]
) -> None:
    made = painted(lens, moving[0], Wish(background="#10d020"))
    assert np.abs(made[20, 20].astype(int) - (16, 208, 32)).max() <= 1
    middle = made[160:200, 140:200].astype(int) - moving[0][160:200, 140:200]
    assert np.abs(middle).max() <= 1


def test_a_mask_is_grey(lens: Lens, moving: list[np.ndarray]) -> None:
    made = painted(lens, moving[0], Wish(task="segment"))
    assert made.shape == (240, 320)
    assert made[120, 160] > 250
    assert made[20, 20] < 5


@pytest.mark.parametrize("task", ["faces", "landmarks", "smile"])
def test_faces_are_drawn_on_the_frame(lens: Lens, moving: list[np.ndarray], task: str) -> None:
    made = painted(lens, moving[0], Wish(task=task))
    changed = (made != moving[0]).any(axis=2)
    assert 0.001 < changed.mean() < 0.2
    assert not changed[200:].any()  # there is no face


@pytest.mark.parametrize("preset", ["bunny", "night"])
def test_a_filter_knows_the_faces_and_the_person(
    lens: Lens, moving: list[np.ndarray], preset: str
) -> None:
    """Nothing is drawn by the models' still-photo path: the scene is what was seen."""
    wanted, paint = painter(Wish(task="filter", preset=preset), SIZE_WH)
    assert (wanted.faces, wanted.smiles) == (True, preset == "night")
    assert wanted.mask == Filter.preset(preset).needs.mask
    sight = Watcher(lens, wanted, SIZE_WH).look(moving[0], 0.0)
    made = paint(moving[0], sight, 0.0)
    assert made.shape == moving[0].shape
    assert (made != moving[0]).mean() > 0.01
    np.testing.assert_array_equal(made, paint(moving[0], sight, 0.0))


def test_what_is_missing_is_said() -> None:
    with pytest.raises(VideoError, match="say which with --preset"):
        painter(Wish(task="filter"), SIZE_WH)
    with pytest.raises(UnknownName, match="did you mean 'bunny'"):
        painter(Wish(task="filter", preset="buny"), SIZE_WH)
    _, paint = painter(Wish(task="segment"), SIZE_WH)
    with pytest.raises(VideoError, match="no mask"):
        paint(np.zeros((240, 320, 3), np.uint8), Sight(), 0.0)
