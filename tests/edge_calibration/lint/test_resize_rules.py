from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.lint.resize_rules import RESIZE_RULES

SIZE = np.array([16, 16], np.int32)


def bilinear(**options: bool) -> dict[str, Any]:
    return {
        "ops": [["RESIZE_BILINEAR", "x size", "y", options]],
        "tensors": {"size": SIZE, "y": (1, 16, 16, 3)},
    }


def nearest(side: int) -> dict[str, Any]:
    return {
        "ops": [["RESIZE_NEAREST_NEIGHBOR", "x size", "y", {"halfPixelCenters": True}]],
        "tensors": {"size": np.array([side, side], np.int32), "y": (1, side, side, 3)},
    }


def onnx(side: int, mode: str = "nearest") -> dict[str, Any]:
    sizes = np.array([1, 3, side, side], np.int64)
    made = (1, 3, side, side)
    return {"kind": "Resize", "made": made, "constants": [None, None, sizes], "mode": mode}


# A file that the rule finds something in, and one like it in which it does not.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "PL007-resize-contradiction": (
        bilinear(alignCorners=True, halfPixelCenters=True),
        bilinear(halfPixelCenters=True),
    ),
    "PL008-resize-origin": (bilinear(), bilinear(alignCorners=True)),
    "PL027-uneven-nearest": (nearest(12), nearest(16)),
    "ON002-uneven-nearest": (onnx(12), onnx(12, "linear")),
}


def test_every_rule_has_its_two_files() -> None:
    assert {rule.id for rule in RESIZE_RULES} == set(CASES)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_what_it_is_for_and_nothing_else(
    rule: str, case: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    bad, good = CASES[rule]
    assert rule in found(case(bad))
    assert rule not in found(case(good))


def test_a_whole_factor_in_onnx_is_well(
    case: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    assert "ON002-uneven-nearest" not in found(case(onnx(24)))
