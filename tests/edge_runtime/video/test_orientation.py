from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.video.orientation import Turn, turn_of, turned_by

ONE = 1 << 16
PIXELS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def matrix(a: int, b: int, c: int, d: int) -> bytes:
    return np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], np.int32).tobytes()


@pytest.mark.parametrize(
    ("numbers", "upright"),
    [
        ((ONE, 0, 0, ONE), PIXELS),
        ((0, -ONE, ONE, 0), np.rot90(PIXELS)),
        ((-ONE, 0, 0, -ONE), np.rot90(PIXELS, 2)),
        ((0, ONE, -ONE, 0), np.rot90(PIXELS, 3)),
        ((-ONE, 0, 0, ONE), PIXELS[:, ::-1]),
        ((ONE, 0, 0, -ONE), PIXELS[::-1]),
        ((0, ONE, ONE, 0), PIXELS.swapaxes(0, 1)),
        ((0, -ONE, -ONE, 0), np.rot90(PIXELS.swapaxes(0, 1), 2)),
    ],
)
def test_all_eight_orientations(
    numbers: tuple[int, int, int, int], upright: np.ndarray
) -> None:
    turn = turn_of(matrix(*numbers))
    np.testing.assert_array_equal(turn.applied(PIXELS), upright)
    assert turn.quarter == (upright.shape != PIXELS.shape)


@pytest.mark.parametrize("held", [None, b"", b"short", matrix(ONE // 2, ONE, -ONE, ONE // 2)])
def test_what_is_no_quarter_is_left_alone(held: bytes | None) -> None:
    assert turn_of(held) == Turn()
    assert Turn().applied(PIXELS) is PIXELS


@pytest.mark.parametrize("quarters", range(-2, 5))
def test_turns_by_degrees(quarters: int) -> None:
    turned = turned_by(90 * quarters + 1).applied(PIXELS)
    np.testing.assert_array_equal(turned, np.rot90(PIXELS, quarters))
