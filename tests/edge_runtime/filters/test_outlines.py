from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.errors import SpecError
from edge_runtime.filters.art import Ellipse, Path
from edge_runtime.filters.outlines import outlines


def test_lines_and_several_outlines() -> None:
    first, second = outlines(Path(d="M0,0 L1 0 1,1Z M-.5-2L3,4"))
    assert first.points.tolist() == [[0, 0], [1, 0], [1, 1]]
    assert first.closed
    assert second.points.tolist() == [[-0.5, -2], [3, 4]]
    assert not second.closed


def test_a_cubic_curve_is_the_bernstein_polynomial() -> None:
    (line,) = outlines(Path(d="M0,0 C1,2 3,-1 4,0.5"))
    t = np.linspace(0, 1, len(line.points))[:, None]
    controls = np.array([[0, 0], [1, 2], [3, -1], [4, 0.5]])
    weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]
    wanted = sum(w * c for w, c in zip(weights, controls, strict=True))
    np.testing.assert_allclose(line.points, wanted, atol=1e-12)


def test_a_quadratic_curve_ends_where_it_says() -> None:
    (line,) = outlines(Path(d="M0,0 Q1,2 2,0"))
    assert line.points[-1].tolist() == [2, 0]
    np.testing.assert_allclose(line.points[len(line.points) // 2], [1, 1], atol=0.01)


def test_an_ellipse_turns_clockwise() -> None:
    (line,) = outlines(Ellipse(centre=(5, 6), radii=(2, 1), turn=90))
    assert line.closed
    np.testing.assert_allclose(line.points[0], [5, 8], atol=1e-9)
    np.testing.assert_allclose(line.points.mean(axis=0), [5, 6], atol=1e-9)


@pytest.mark.parametrize(
    ("d", "why"),
    [
        ("L1,1", "begin with M"),
        ("M0,0 L9999999,1", "is larger than 1000"),
        ("M0,0 L1", "too few or too many"),
        ("M0,0 C1,1 2,2 Z", "too few or too many"),
        ("M0,0 a1,1", "is none of"),
        ("1,2", "follows no command"),
        ("M0,0 L1,1 Z 3", "follows no command"),
    ],
)
def test_wrong_path_data_says_why(d: str, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        outlines(Path(d=d))
