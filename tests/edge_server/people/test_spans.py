"""Distances that are the same whoever else is looked at."""

from __future__ import annotations

import numpy as np

from edge_server.people.spans import (
    LIMIT,
    LIMIT_SPAN,
    on_grid,
    rough_spans,
    roughness,
    spans,
    squares_of,
)

STEP = 2.0**-20


def some(count: int, length: float = 1.5) -> np.ndarray:
    """Vectors of that length."""
    draws = np.random.default_rng(count).standard_normal((count, 128))
    return on_grid(length * draws / np.linalg.norm(draws, axis=1, keepdims=True))


def test_distances_are_those_of_the_vectors_to_the_noise_of_the_network() -> None:
    draws = np.random.default_rng(0).standard_normal((50, 128)) / 8
    exact = np.linalg.norm(draws[:, None] - draws[None], axis=2)
    grid = on_grid(draws)
    np.testing.assert_allclose(spans(grid, grid) * STEP, exact, atol=1.2e-5)
    assert np.float32(LIMIT) == LIMIT_SPAN * STEP or abs(LIMIT_SPAN * STEP - LIMIT) < STEP


def test_a_distance_is_the_same_number_in_whatever_company_and_order() -> None:
    for length in (1.5, 45.0):
        grid = some(300, length)
        whole = spans(grid, grid)
        assert (whole == np.rint(whole)).all()
        assert (whole == whole.T).all()
        assert (np.diag(whole) == 0).all()
        parts = np.concatenate([spans(grid[:7], grid), spans(grid[7:], grid)])
        assert (parts == whole).all()
        turned = grid[:, ::-1].copy()
        assert (spans(turned, turned) == whole).all()
        by_hand = [
            round(float(sum((a - b) ** 2)) ** 0.5)
            for a, b in zip(grid, grid[::-1], strict=True)
        ]
        assert (whole[np.arange(300), np.arange(300)[::-1]] == by_hand).all()


def test_sums_of_many_are_exact() -> None:
    apart = spans(some(500), some(400)).ravel()
    mixed = np.random.default_rng(0).permutation(apart)
    assert apart.sum() == mixed.sum() == sum(map(int, apart))


def test_rough_ones_are_off_by_no_more_than_is_said() -> None:
    for length in (0.1, 1.5, 45.0):
        grid = some(300, length)
        grid[1::2] = grid[::2] + np.random.default_rng(0).integers(-9, 9, (150, 128))
        rough = grid.astype(np.float32)
        off = np.abs(rough_spans(rough, rough) - spans(grid, grid)).max()
        assert 0 < off <= roughness(squares_of(grid))
