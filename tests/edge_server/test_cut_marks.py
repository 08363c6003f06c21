from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_runtime.drawing import colour_of
from edge_server.cut_marks import marked

BOX = (20.0, 30.0, 69.0, 79.0)
CAT = colour_of("cat")


def picture(channels: int = 4) -> Any:
    return np.zeros((100, 120, channels), np.uint8)


@pytest.mark.parametrize("channels", [3, 4])
def test_a_box_is_painted_with_a_seam_and_covers(channels: int) -> None:
    made = marked(picture(channels), [("cat", BOX)], boxes=True, names=False)
    assert made.shape == (100, 120, channels)
    seam, line = made[30, 40], made[31, 40]
    assert tuple(line[:3]) == CAT
    assert not seam[:3].any()
    assert not made[40:70, 30:60].any()
    if channels == 4:
        assert seam[3] == line[3] == 255
        assert not made[:29].any()


def test_a_name_is_beside_the_box_and_nowhere_else() -> None:
    made = marked(picture(), [("cat", BOX)], boxes=False, names=True)
    rows, columns = np.nonzero(made[..., 3])
    assert rows.min() >= 10
    assert rows.max() <= 31
    assert columns.min() >= 19
    assert (made[..., :3] == CAT).all(axis=2).sum() > 50


@pytest.mark.parametrize(
    "box",
    [
        (-50.0, -50.0, 500.0, 500.0),
        (119.0, 99.0, 119.0, 99.0),
        (60.2, 50.1, 60.4, 50.3),
        (118.0, 98.0, 400.0, 400.0),
    ],
)
def test_a_box_at_the_edge_or_of_no_size_is_inside(box: Any) -> None:
    made = marked(picture(), [("cat", box)], boxes=True, names=True)
    assert made.shape == (100, 120, 4)
    assert made[..., 3].any()


def test_the_first_is_on_top() -> None:
    both = [("cat", BOX), ("dog", BOX)]
    made = marked(picture(), both, boxes=True, names=False)
    assert tuple(made[31, 40, :3]) == CAT


def test_without_marks_the_picture_is_as_it_was() -> None:
    plain = picture()
    assert marked(plain, [], boxes=True, names=True) is plain
    assert marked(plain, [("cat", BOX)], boxes=False, names=False) is plain
