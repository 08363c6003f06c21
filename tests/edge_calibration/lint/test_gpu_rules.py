from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.lint.gpu_rules import GPU_RULES

ROWS = np.array([[0, 0], [1, 1], [0, 0]], np.int32)
LAST = np.array([[0, 0], [0, 0], [1, 1]], np.int32)
FLAT = (1, 8, 3)


def one(*op: Any, **tensors: Any) -> dict[str, Any]:
    return {"ops": [list(op)], "tensors": tensors}


# A file that the rule finds something in, and one like it in which it does not.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "PL003-custom-operation": (one("FlexErf", "x", "y"), one("RELU", "x", "y")),
    "PL004-outside-gpu-set": (one("ARG_MAX", "x", "y"), one("HARD_SWISH", "x", "y")),
    "PL005-integer-cast": (
        one("CAST", "x", "y", x="UINT8"),
        one("CAST", "x", "y", x="INT32"),
    ),
    "PL017-clamp-to-one": (one("RELU_0_TO_1", "x", "y"), one("RELU6", "x", "y")),
    "PL018-high-rank": (
        one("RESHAPE", "x", "y", y=(1, 2, 4, 8, 3)),
        one("RESHAPE", "x", "y", y=(1, 8, 24)),
    ),
    "PL019-batch-changes": (
        one("RESHAPE", "x", "y", y=(64, 3)),
        one("RESHAPE", "x", "y", y=(1, 64, 3)),
    ),
    "PL020-mixed-rank": (
        one("ADD", "x z", "y", z=(8, 8, 3)),
        one("ADD", "x w", "y", w=np.ones((8, 3), np.float32)),
    ),
    "PL021-sum-is-output": (
        {"ops": [["ADD", "x z", "y"], ["RELU", "y", "v"]], "outputs": "y v"},
        {"ops": [["ADD", "x z", "y"], ["RELU", "y", "v"]], "outputs": "v"},
    ),
    "PL022-flat-pad": (
        one("PAD", "x p", "y", x=FLAT, p=ROWS, y=(1, 10, 3)),
        one("PAD", "x p", "y", x=FLAT, p=LAST, y=(1, 8, 5)),
    ),
    "PL023-turned-product": (
        one("BATCH_MATMUL", "x z", "y", {"adjY": True}),
        one("BATCH_MATMUL", "x z", "y"),
    ),
}


def test_every_rule_has_its_two_files() -> None:
    assert {rule.id for rule in GPU_RULES} == set(CASES)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_what_it_is_for_and_nothing_else(
    rule: str, case: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    bad, good = CASES[rule]
    assert rule in found(case(bad))
    assert rule not in found(case(good))


def test_amounts_that_are_computed_may_pad_rows(
    case: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    path = case(one("PAD", "x p", "y", x=FLAT, p={"shape": (3, 2), "dtype": "INT32"}))
    assert "PL022-flat-pad" in found(path)
