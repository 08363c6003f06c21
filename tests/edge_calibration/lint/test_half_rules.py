from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.lint.half_rules import HALF_RULES
from edge_calibration.lint.linting import lint

Make = Callable[..., Path]


def constant(kind: str, number: float) -> dict[str, Any]:
    return {"ops": [[kind, "x c", "y"]], "tensors": {"c": np.array([number], np.float32)}}


def onnx(number: float) -> dict[str, Any]:
    return {"kind": "Mul", "constants": [np.array([number], np.float32)]}


def program(kind: str, number: float) -> dict[str, Any]:
    def build(mil: Any, x: Any) -> Any:
        return getattr(mil, kind)(x=x, y=np.float32(number))

    return {"build": build, "half": False}


def root(epsilon: float) -> dict[str, Any]:
    return {"build": lambda mil, x: mil.rsqrt(x=x, epsilon=epsilon), "half": False}


# A file that the rule finds something in, and one like it in which it does not.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "PL028-constant-overflow": (constant("MUL", -1e6), constant("MUL", -np.inf)),
    "CM004-constant-overflow": (program("mul", 1e6), program("mul", 6e4)),
    "ON003-constant-overflow": (onnx(1e5), onnx(65504.0)),
    "PL029-epsilon-underflow": (constant("ADD", 1e-8), constant("ADD", 1e-5)),
    "CM006-epsilon-underflow": (root(1e-12), root(1e-5)),
    "PL031-sum-in-half": (
        {"ops": [["SUM", "x a", "y"]], "tensors": {"a": np.array([1, 2], np.int32)}},
        {"ops": [["MEAN", "x a", "y"]], "tensors": {"a": np.array([1, 2], np.int32)}},
    ),
}
ON_PHOTOS = {"PL030-value-overflow", "CM007-value-overflow"}  # below


def test_every_rule_has_its_two_files() -> None:
    assert {rule.id for rule in HALF_RULES} == {*CASES, *ON_PHOTOS}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_what_it_is_for_and_nothing_else(
    rule: str, case: Make, found: Callable[[Path], set[str]]
) -> None:
    bad, good = CASES[rule]
    assert rule in found(case(bad))
    assert rule not in found(case(good))


def test_zero_is_no_epsilon(case: Make, found: Callable[[Path], set[str]]) -> None:
    assert "PL029-epsilon-underflow" not in found(case(constant("ADD", 0.0)))


@pytest.mark.parametrize(("pixel", "expected"), [(255.0, True), (10.0, False)])
def test_a_value_that_overflows_on_a_photo(pixel: float, expected: bool, case: Make) -> None:
    photo = {"x": np.full((1, 8, 8, 3), pixel, np.float32)}
    rules = {f.rule: f for f in lint(case(constant("MUL", 1000.0)), (), [photo]).findings}
    assert ("PL030-value-overflow" in rules) == expected
    if expected:
        assert rules["PL030-value-overflow"].places == ("MUL y: 2.55e+05",)


@pytest.mark.parametrize(("pixel", "expected"), [(255.0, True), (10.0, False)])
def test_a_value_of_a_program_that_overflows(pixel: float, expected: bool, case: Make) -> None:
    photo = {"x": np.full((1, 8, 8, 3), pixel, np.float32)}
    path = case({"build": lambda mil, x: mil.mul(x=x, y=np.float32(1000.0))})
    assert "CM007-value-overflow" not in {f.rule for f in lint(path).findings}
    found = {f.rule for f in lint(path, (), [photo]).findings}
    assert ("CM007-value-overflow" in found) == expected
