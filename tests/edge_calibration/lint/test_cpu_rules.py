from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.lint.cpu_rules import CPU_RULES, same_codes
from edge_calibration.lint.model_graph import Value

CODES = np.zeros((5, 1, 1, 3), np.int8)
ORDER = np.array([0, 3, 1, 2], np.int32)
CONV = ["CONV_2D", "x w -", "y"]
BACK = [["DEQUANTIZE", "x", "f"], ["QUANTIZE", "f", "y"]]
TURN = ["TRANSPOSE", "x p", "y"]


def one(*op: Any, **tensors: Any) -> dict[str, Any]:
    return {"ops": [list(op)], "tensors": tensors}


# A file that the rule finds something in, and one like it in which it does not.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "PL006-hard-swish-int8": (
        one("HARD_SWISH", "x", "y", x="INT8", y="INT8"),
        one("HARD_SWISH", "x", "y"),
    ),
    "PL024-left-by-xnnpack": (
        one("SIGN", "x", "y"),
        one("ABS", "x", "y"),
    ),
    "PL009-one-scale": (
        one(*CONV, w={"values": CODES, "scales": [0.1]}),
        one(*CONV, w={"values": CODES, "scales": [0.1] * 5}),
    ),
    "PL025-ping-pong": (
        {"ops": BACK, "tensors": {"x": "INT8", "y": "INT8"}},
        {"ops": BACK, "tensors": {"x": "INT8", "y": {"dtype": "INT8", "scales": [0.2]}}},
    ),
    "PL010-transposed-twice": (
        {
            "ops": [["TRANSPOSE", "x p", "z"], ["TRANSPOSE", "z p", "y"]],
            "tensors": {"p": ORDER},
        },
        {"ops": [["TRANSPOSE", "x p", "z"], ["RELU", "z", "y"]], "tensors": {"p": ORDER}},
    ),
    "PL026-transposed-output": (
        one(*TURN, p=ORDER, y=(1, 3, 8, 8)),
        {"ops": [TURN, ["RELU", "y", "z"]], "tensors": {"p": ORDER}},
    ),
    "CM002-prelu-rank": (
        one("PRELU", "x a", "y", x=(1, 3), y=(1, 3), a=np.ones(3, np.float32)),
        one("PRELU", "x a", "y", a=np.ones(3, np.float32)),
    ),
}


def test_every_rule_has_its_two_files() -> None:
    assert {rule.id for rule in CPU_RULES} == set(CASES)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_what_it_is_for_and_nothing_else(
    rule: str, case: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    bad, good = CASES[rule]
    assert rule in found(case(bad))
    assert rule not in found(case(good))


def test_the_scales_of_weights_that_are_unpacked_first(
    case: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    unpacked = [["DEQUANTIZE", "w", "full"], ["DEPTHWISE_CONV_2D", "x full -", "y"]]
    weight = {"values": np.zeros((1, 3, 3, 5), np.int8)}
    assert "PL009-one-scale" in found(case({"ops": unpacked, "tensors": {"w": weight}}))


def test_a_prelu_of_another_rank_in_onnx(
    onnx_file: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    slope = np.ones(3, np.float32)
    path = onnx_file("PRelu", shape=(1, 3), made=(1, 3), constants=[slope])
    assert "CM002-prelu-rank" in found(path)


@pytest.mark.parametrize(
    ("scales", "zeros", "dtype", "expected"),
    [
        ([0.1], [3], "INT8", True),
        ([0.1], [4], "INT8", False),
        ([0.2], [3], "INT8", False),
        ([0.1], [3], "UINT8", False),
        (None, None, "INT8", False),
    ],
)
def test_when_codes_mean_the_same(scales: Any, zeros: Any, dtype: str, expected: bool) -> None:
    def value(scales: Any, zeros: Any, dtype: str) -> Value:
        numbers = [None if part is None else np.array(part) for part in (scales, zeros)]
        return Value(name="", shape=(), dtype=dtype, scales=numbers[0], zero_points=numbers[1])

    assert same_codes(value([0.1], [3], "INT8"), value(scales, zeros, dtype)) == expected
