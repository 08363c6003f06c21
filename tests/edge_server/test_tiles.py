"""Pieces cover a picture once, and make what the whole would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_server.tiles import Grid, Stretch, enlarge


@pytest.mark.parametrize(
    ("length", "blend", "expected"),
    [
        (1, 0, [((0, 1), (0, 1), 0)]),
        (10, 2, [((0, 10), (0, 10), 0)]),
        (11, 0, [((0, 10), (0, 5), 0), ((1, 11), (5, 11), 0)]),
        (16, 0, [((0, 10), (0, 8), 0), ((6, 16), (8, 16), 0)]),
        (16, 1, [((0, 10), (0, 9), 0), ((6, 16), (7, 16), 2)]),
        (17, 0, [((0, 10), (0, 6), 0), ((3, 13), (6, 10), 0), ((7, 17), (10, 17), 0)]),
    ],
)
def test_an_axis_is_cut(length: int, blend: int, expected: list[tuple[Any, ...]]) -> None:
    assert Grid(window=10, margin=2, blend=blend).stretches(length) == tuple(
        Stretch(*one) for one in expected
    )


@given(
    length=st.integers(1, 3000),
    margin=st.integers(0, 40),
    inside=st.integers(1, 300),
    blend=st.integers(0, 40),
)
def test_pieces_cover_an_axis_with_their_margins(
    length: int, margin: int, inside: int, blend: int
) -> None:
    window, blend = 2 * margin + inside, min(blend, margin)
    stretches = Grid(window=window, margin=margin, blend=blend).stretches(length)
    covered = 0
    for one in stretches:
        (start, end), (first, last) = one.seen, one.kept
        assert end - start == min(window, length)
        assert 0 <= start <= first < last <= end <= length
        assert start == first == 0 or first - start >= margin - blend
        assert end == last == length or end - last >= margin - blend
        assert first + one.ramp <= max(covered, first)  # there is something to fade from
        assert first <= covered < last
        covered = last
    assert covered == length


def test_each_piece_is_of_one_size() -> None:
    pieces = Grid(window=64, margin=8).pieces((100, 200))
    shapes = {(rows.seen[1] - rows.seen[0], one.seen[1] - one.seen[0]) for rows, one in pieces}
    assert shapes == {(64, 64)}


@pytest.mark.parametrize("size_hw", [(5, 5), (40, 33), (33, 100)])
@pytest.mark.parametrize(("channels", "blend"), [(1, 0), (3, 2), (4, 1)])
def test_a_blur_in_pieces_is_the_blur_of_the_whole(
    size_hw: tuple[int, int], channels: int, blend: int
) -> None:
    def blurred(picture: np.ndarray) -> np.ndarray:  # sees 2 pixels around
        padded = np.pad(picture.astype(int), ((2, 2), (2, 2), (0, 0)), mode="edge")
        height, width = picture.shape[:2]
        shifted = [padded[y : y + height, x : x + width] for y in range(5) for x in range(5)]
        small = (sum(shifted) // 25).astype(np.uint8)  # type: ignore[union-attr]
        return small.repeat(3, 0).repeat(3, 1)

    picture = np.random.default_rng(0).integers(0, 256, (*size_hw, channels), dtype=np.uint8)
    said: list[float] = []
    grid = Grid(window=20, margin=2 + blend, blend=blend)
    found = enlarge(picture, 3, grid, blurred, said.append)
    assert np.array_equal(found, blurred(picture))
    assert said == sorted(said)
    assert said[-1] == 1


def test_pieces_that_differ_are_blended() -> None:
    levels = iter([100, 200])
    found = enlarge(
        np.zeros((1, 30, 1), np.uint8),
        2,
        Grid(window=20, margin=5, blend=4),
        lambda piece: np.full((2, piece.shape[1] * 2, 1), next(levels), np.uint8),
        lambda _: None,
    )
    row = found[0, :, 0].astype(int)
    assert row[:22].tolist() == [100] * 22
    assert row[38:].tolist() == [200] * 22
    assert (np.diff(row) >= 0).all()
    assert np.diff(row).max() <= 7


def test_after_a_piece_it_may_stop() -> None:
    class Stop(Exception):
        pass

    calls = []

    def after(share: float) -> None:
        calls.append(share)
        if share > 0.4:
            raise Stop

    picture = np.zeros((16, 64, 3), np.uint8)
    with pytest.raises(Stop):
        enlarge(picture, 1, Grid(window=16, margin=0), lambda piece: piece, after)
    assert calls == [0.25, 0.5]
