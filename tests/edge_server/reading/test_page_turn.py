from __future__ import annotations

import numpy as np
import pytest

from edge_server.reading.page_turn import is_tall, page_turn, readings_to_try


def box(width: float, height: float) -> np.ndarray:
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


WIDE, TALL, SHORT, LETTER = box(200, 20), box(20, 200), box(50, 20), box(12, 24)


@pytest.mark.parametrize(
    ("quad", "tall"),
    [(WIDE, False), (TALL, True), (SHORT, False), (LETTER, True), (box(20, 20), False)],
)
def test_a_shape_says_whether_a_line_runs_down(quad: np.ndarray, tall: bool) -> None:
    assert is_tall(quad) is tall


@pytest.mark.parametrize(
    ("lines", "quarters"),
    [
        ([], 0),
        ([(WIDE, 0.01)] * 3, 0),
        ([(TALL, 0.01)] * 3, 1),
        ([(WIDE, 0.99)] * 3, 2),
        ([(TALL, 0.99)] * 3, 3),
        ([(WIDE, 0.99)] * 3 + [(TALL, 0.0), (LETTER, 0.0)], 2),
        ([(WIDE, 0.1), (WIDE, 0.95), (WIDE, 0.2)], 0),
    ],
)
def test_a_page_is_turned_as_most_of_its_lines(lines: list[tuple], quarters: int) -> None:
    assert page_turn(lines) == quarters


@pytest.mark.parametrize("line", [(SHORT, 1.0), (LETTER, 0.0), (box(20, 20), 1.0)])
def test_a_word_alone_turns_no_photo(line: tuple[np.ndarray, float]) -> None:
    assert page_turn([line]) == 0


@pytest.mark.parametrize(
    ("quad", "upside_down", "quarters"),
    [
        (WIDE, 0.0, (0,)),
        (WIDE, 0.5, (0,)),
        (WIDE, 0.95, (2, 0)),
        (TALL, 0.05, (1,)),
        (TALL, 0.5, (1, 3)),
        (TALL, 0.95, (3, 1)),
        (LETTER, 0.0, (0, 1)),
        (LETTER, 0.5, (0, 1, 3)),
    ],
)
def test_what_is_not_sure_is_read_in_more_than_one_way(
    quad: np.ndarray, upside_down: float, quarters: tuple[int, ...]
) -> None:
    assert readings_to_try(quad, upside_down) == quarters
