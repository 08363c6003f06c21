from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_calibration.lint.xnnpack_parts import left_by_xnnpack

Make = Callable[..., Path]


@pytest.mark.parametrize(
    ("kinds", "left"),
    [
        (["ABS"], ()),
        (["SIGN"], (0,)),
        (["ABS", "SIGN", "NEG"], (1,)),
        (["SIGN", "ABS", "SIGN", "NEG", "SIGN"], (0, 2, 4)),
    ],
)
def test_the_operations_that_stay(
    kinds: list[str], left: tuple[int, ...], tflite: Make
) -> None:
    chain = [[kind, f"v{n}", f"v{n + 1}"] for n, kind in enumerate(kinds)]
    assert left_by_xnnpack(tflite(*chain)) == left


def test_a_side_branch_belongs_to_the_part_that_takes_it(tflite: Make) -> None:
    path = tflite(["ABS", "x", "a"], ["NEG", "x", "b"], ["ADD", "a b", "y"])
    assert left_by_xnnpack(path) == ()


def test_half_weights_that_are_unpacked_stay_with_their_convolution(tflite: Make) -> None:
    weight, bias = np.ones((2, 1, 1, 3), np.float16), np.ones(2, np.float16)
    path = tflite(
        ["DEQUANTIZE", "w", "full"],
        ["DEQUANTIZE", "b", "bias"],
        ["CONV_2D", "x full bias", "y", {"strideH": 1, "strideW": 1}],
        tensors={
            "w": weight,
            "b": bias,
            "full": (2, 1, 1, 3),
            "bias": (2,),
            "y": (1, 8, 8, 2),
        },
    )
    assert left_by_xnnpack(path) == ()


def test_what_cannot_be_prepared_says_nothing(tflite: Make) -> None:
    assert left_by_xnnpack(tflite(["FlexErf", "x", "y"])) == ()
