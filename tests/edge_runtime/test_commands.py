from __future__ import annotations

import numpy as np

from edge_runtime.cli import TASKS
from edge_runtime.commands import COMMANDS
from edge_runtime.results import Mask


def test_every_task_has_its_command() -> None:
    assert set(COMMANDS) == set(TASKS)


def test_a_mask_is_painted_in_255_greys() -> None:
    mask = Mask(probability=np.array([[0.0, 0.5, 1.0]], np.float32))
    rgb = np.zeros((1, 3, 3), np.uint8)
    assert COMMANDS["segment"].paint(rgb, mask).tolist() == [[0, 128, 255]]
