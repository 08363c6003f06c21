from __future__ import annotations

import numpy as np
import pytest

from edge_server.reading.reading_order import reading_order

HEADING = ("heading", 20, 10, 620)
LEFT = [(f"left {row}", 20, 60 + 30 * row, 290) for row in range(5)]
RIGHT = [(f"right {row}", 350, 62 + 30 * row, 290) for row in range(5)]
FOOTER = ("footer", 200, 400, 200)
ITEMS = [(f"item {row}", 20, 60 + 30 * row, 200) for row in range(4)]
PRICES = [(f"price {row}", 400, 58 + 30 * row, 60) for row in range(4)]
TABLE = [cell for row in zip(ITEMS, PRICES, strict=True) for cell in row]


def quad(x: float, y: float, width: float, degrees: float = 0.0) -> np.ndarray:
    corners = np.array([[x, y], [x + width, y], [x + width, y + 20], [x, y + 20]])
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return (corners @ matrix).astype(np.float32)


@pytest.mark.parametrize("degrees", [0, 6, -14, 30])
@pytest.mark.parametrize(
    "page",
    [
        [],
        [HEADING],
        LEFT,
        [*LEFT, *RIGHT],
        [HEADING, *LEFT, *RIGHT],
        [HEADING, *LEFT, *RIGHT, FOOTER],
        [*LEFT, *RIGHT[:2]],
        TABLE,
        [HEADING, *TABLE, FOOTER],
    ],
    ids=lambda page: f"{len(page)} lines",
)
def test_a_page_is_read_as_people_do(page: list[tuple], degrees: float) -> None:
    shuffled = [page[index] for index in np.random.default_rng(1).permutation(len(page))]
    quads = [quad(*place, degrees) for _, *place in shuffled]
    read = [shuffled[index][0] for index in reading_order(quads)]
    assert read == [name for name, *_ in page]


def test_columns_side_by_side_are_three() -> None:
    columns = [
        [(f"{name} {row}", 20 + 250 * number, 10 + 30 * row, 200) for row in range(3)]
        for number, name in enumerate("abc")
    ]
    page = [line for column in columns for line in column]
    order = reading_order([quad(*place) for _, *place in reversed(page)])
    assert [len(page) - 1 - index for index in order] == list(range(len(page)))


def test_a_thousand_lines_are_ordered_quickly() -> None:
    quads = [quad(20 + 300 * (i % 3), 10 + 30 * (i // 3), 250) for i in range(999)]
    assert sorted(reading_order(quads)) == list(range(999))
