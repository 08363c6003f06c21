from __future__ import annotations

from typing import get_args

from edge_calibration.lint.rule import LITERT, TARGETS, Target


def test_targets_are_those_of_the_type() -> None:
    assert get_args(Target) == TARGETS
    assert set(LITERT) == set(TARGETS) - {"ios-ane"}
