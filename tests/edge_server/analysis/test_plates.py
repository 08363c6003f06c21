from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from edge_server.analysis.marks import area, shared
from edge_server.analysis.plates import Room


def inside(place: tuple[float, ...], size_wh: tuple[int, int]) -> bool:
    x0, y0, x1, y1 = place
    return x0 >= 0 and y0 >= 0 and x1 <= size_wh[0] and y1 <= size_wh[1]


def test_the_first_choice_is_above_the_box() -> None:
    room = Room((200, 100), [(50, 50, 90, 90)])
    assert room.beside((50, 50, 90, 90), (30, 10)) == (50, 40, 80, 50)


def test_a_second_plate_does_not_hide_the_first() -> None:
    box = (50.0, 50.0, 90.0, 90.0)
    room = Room((200, 100), [box])
    places = [room.beside(box, (40, 10)) for _ in range(3)]
    made = [place for place in places if place]
    assert len(made) == 3
    assert all(shared(one, other) == 0 for one, other in combinations(made, 2))


def test_where_there_is_no_room_a_plate_is_left_out() -> None:
    room = Room((40, 12), [(0, 0, 40, 12)])
    places = [room.beside((0, 0, 40, 12), (38, 12)) for _ in range(3)]
    assert [place is not None for place in places] == [True, False, False]


@pytest.mark.parametrize("seed", range(8))
def test_plates_are_in_the_picture_and_hide_little_of_each_other(seed: int) -> None:
    random = np.random.default_rng(seed)
    size_wh = (400, 300)
    corners = random.uniform((0, 0), size_wh, (12, 2))
    boxes = [(x, y, x + 60, y + 50) for x, y in corners.tolist()]
    room = Room(size_wh, boxes)
    places = [room.beside(box, (int(random.integers(40, 120)), 16)) for box in boxes]
    made = [place for place in places if place]
    assert len(made) >= 9
    assert all(inside(place, size_wh) for place in made)
    for one, other in combinations(made, 2):
        assert shared(one, other) <= 0.2 * min(area(one), area(other))


def test_what_is_to_be_spared_is_not_hidden() -> None:
    line, next_line = (0.0, 30.0, 100.0, 40.0), (0.0, 20.0, 100.0, 30.0)
    room = Room((100, 60), [line, next_line])
    assert room.beside(line, (60, 10), [line, next_line]) == (0, 40, 60, 50)
    assert Room((100, 40), [line, next_line]).beside(line, (60, 30), [line, next_line]) is None


def test_notes_go_into_the_corner_where_they_hide_least() -> None:
    room = Room((100, 100), [(0, 50, 60, 100), (0, 0, 100, 20)])
    assert room.corner((30, 20), 2) == (68, 78, 98, 98)
