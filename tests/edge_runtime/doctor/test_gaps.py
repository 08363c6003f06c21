"""Differences in parts of what passes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_runtime.doctor.gaps import gap, total
from edge_runtime.golden import EXACT, Tolerance

ALLOWED = {"a": Tolerance(max_abs=0.5, mean_abs=0.1), "b": EXACT}
WANTED = np.array([[1.0, 2, 3, 4]])


@pytest.mark.parametrize(
    ("seen", "passes"),
    [
        (WANTED, True),
        (WANTED[0], True),  # without a side of 1
        (WANTED.astype(np.uint8), True),
        (WANTED + 0.1, True),
        (WANTED + 0.2, False),  # the mean
        (WANTED + np.array([0.4, 0, 0, 0]), True),
        (WANTED + np.array([0.6, 0, 0, 0]), False),  # the largest
        (WANTED[:, :3], False),
        (WANTED.reshape(2, 2), False),
        (WANTED * np.nan, False),
        (WANTED * np.inf, False),
        (WANTED[:0], False),
    ],
)
def test_one_array(seen: np.ndarray, passes: bool) -> None:
    found = gap({"a": WANTED}, {"a": seen}, ALLOWED)
    assert found.passes == passes
    assert found.name == "a"


def test_the_worst_array_counts() -> None:
    wanted = {"a": WANTED, "b": np.zeros(2)}
    found = gap(wanted, {"a": WANTED + 0.05, "b": np.array([0, 1e-9])}, ALLOWED)
    assert (found.name, found.max_abs, found.passes) == ("b", 1e-9, False)
    assert gap(wanted, {"a": WANTED}, ALLOWED).passes  # what is left out is not compared


def test_names_are_compared_too() -> None:
    names = np.array(["cup", "cat"])
    assert gap({"b": names}, {"b": names}, ALLOWED).passes
    assert gap({"b": names}, {"b": np.array(["cup", "dog"])}, ALLOWED).mean_abs == 0.5


@pytest.mark.parametrize(("wanted", "seen", "passes"), [
    ({}, {}, True),
    ({"a": np.zeros((0, 4))}, {"a": np.zeros(0)}, True),
    ({"a": WANTED}, {}, False),
    ({}, {"a": WANTED}, False),
    ({"a": WANTED}, {"other": WANTED}, False),
])  # fmt: skip
def test_nothing(wanted: Any, seen: Any, passes: bool) -> None:
    assert gap(wanted, seen, ALLOWED).passes == passes


def test_all_together() -> None:
    wanted = {"a": WANTED, "b": np.zeros(2)}
    assert total(wanted, {"a": WANTED + 0.1, "b": np.zeros(2)}, ALLOWED) == pytest.approx(1)
    assert total(wanted, {}, ALLOWED) == np.inf
