from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.lint.coreml_rules import COREML_RULES

WEIGHT = np.ones((2, 3, 3, 3), np.float32)
EDGES = np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64)


def convolution(*, half: bool = True, dilation: int = 1) -> dict[str, Any]:
    def build(mil: Any, x: Any) -> Any:
        return mil.conv(x=x, weight=WEIGHT, dilations=[dilation, dilation])

    return {"build": build, "half": half}


def pad(mode: str) -> dict[str, Any]:
    return {"kind": "Pad", "made": (1, 3, 10, 10), "constants": [EDGES], "mode": mode}


# A file that the rule finds something in, and one like it in which it does not.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "CM003-single-precision": (convolution(half=False), convolution()),
    "CM005-off-engine": (convolution(dilation=2), convolution()),
    "ON004-pad-mode": (pad("reflect"), pad("constant")),
}


def test_every_rule_has_its_two_files() -> None:
    assert {rule.id for rule in COREML_RULES} == set(CASES)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_what_it_is_for_and_nothing_else(
    rule: str, case: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    bad, good = CASES[rule]
    assert rule in found(case(bad))
    assert rule not in found(case(good))


def test_a_gather_leaves_the_engine(
    case: Callable[..., Path], found: Callable[[Path], set[str]]
) -> None:
    indices = np.array([0, 2], np.int32)
    path = case({"build": lambda mil, x: mil.gather(x=x, indices=indices, axis=1)})
    assert "CM005-off-engine" in found(path)
