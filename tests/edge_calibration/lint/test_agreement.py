from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_calibration.lint.agreement import check_agreement
from edge_runtime.errors import VerificationError

Make = Callable[..., Path]


@pytest.fixture
def scaled(tflite: Make) -> Callable[[float], bytes]:
    """Pixels times a factor."""

    def make(factor: float) -> bytes:
        ops = [["MUL", "x c", "y"]]
        return tflite(*ops, tensors={"c": np.float32([factor])}).read_bytes()

    return make


@pytest.mark.parametrize(("factor", "agrees"), [(2.0, True), (2.000001, True), (2.001, False)])
def test_rounding_is_allowed_and_no_more(
    factor: float, agrees: bool, scaled: Callable[[float], bytes]
) -> None:
    if agrees:
        assert check_agreement(scaled(2.0), scaled(factor)) < 0.01
        return
    with pytest.raises(VerificationError, match="y differs by"):
        check_agreement(scaled(2.0), scaled(factor))


def test_what_is_no_number_is_no_agreement(scaled: Callable[[float], bytes]) -> None:
    with pytest.raises(VerificationError, match="nothing was written"):
        check_agreement(scaled(0.0), scaled(float("nan")))


def test_codes_and_real_values_are_held_against_each_other(tflite: Make) -> None:
    def relu(dtype: str) -> bytes:
        return tflite(["RELU", "x", "y"], tensors={"x": dtype, "y": dtype}).read_bytes()

    assert check_agreement(relu("INT8"), relu("FLOAT32")) < 1e-6
