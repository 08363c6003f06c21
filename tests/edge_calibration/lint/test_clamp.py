from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edge_calibration.lint.clamp import spelt_out_clamp
from edge_calibration.lint.graph_surgery import OPERATORS, kind_of, packed, parsed

Make = Callable[..., Path]


def test_a_clamp_in_two_operations_is_the_same(tflite: Make) -> None:
    path = tflite(["NEG", "x", "a"], ["RELU_0_TO_1", "a", "y"], ["ABS", "y", "z"])
    model = parsed(path.read_bytes())
    assert spelt_out_clamp(model) == ["y"]
    kinds = [kind_of(model, op) for op in model.subgraphs[0].operators]
    assert kinds == [OPERATORS.NEG, OPERATORS.RELU, OPERATORS.MINIMUM, OPERATORS.ABS]
    run = Interpreter(model_content=packed(model)).get_signature_runner()
    given = np.linspace(-2, 2, 192, dtype=np.float32).reshape(1, 8, 8, 3)
    (answer,) = run(x=given).values()
    np.testing.assert_array_equal(answer, np.clip(-given, 0, 1))


@pytest.mark.parametrize("dtype", ["INT8", "FLOAT32"])
def test_integers_and_others_are_left_alone(dtype: str, tflite: Make) -> None:
    kind = "RELU_0_TO_1" if dtype == "INT8" else "RELU6"
    path = tflite([kind, "x", "y"], tensors={"x": dtype, "y": dtype})
    assert spelt_out_clamp(parsed(path.read_bytes())) == []
