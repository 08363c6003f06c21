from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from edge_calibration.lint.tflite_file import read_tflite

Make = Callable[..., Path]


def test_a_file_as_rules_see_it(tflite: Make) -> None:
    codes = np.arange(6, dtype=np.int8).reshape(2, 1, 1, 3)
    path = tflite(
        ["CONV_2D", "in weight -", "out"],
        tensors={"in": (1, -1, -1, 3), "weight": {"values": codes, "scales": (0.5, 0.25)}},
    )
    graph = read_tflite(path)
    (op,) = graph.operations
    assert (graph.kind, op.kind, op.name) == ("tflite", "CONV_2D", "CONV_2D out")
    assert graph.inputs[0].shape == (1, -1, -1, 3)
    assert graph.signatures == ("serving_default",)
    assert len(op.inputs) == 2  # a bias that is left out is none
    weight = op.inputs[1]
    assert (weight.dtype, weight.constant, weight.shape) == ("INT8", True, (2, 1, 1, 3))
    np.testing.assert_array_equal(weight.values, codes)
    np.testing.assert_array_equal(weight.scales, np.float32([0.5, 0.25]))
    assert op.options["dilationWFactor"] == 1


def test_what_only_unpacks_a_constant_is_one(tflite: Make) -> None:
    half = np.ones((2, 1, 1, 3), np.float16)
    path = tflite(
        ["DEQUANTIZE", "half", "full"], ["CONV_2D", "in full -", "out"], tensors={"half": half}
    )
    graph = read_tflite(path)
    unpacked = graph.operations[0].outputs[0]
    assert (unpacked.constant, unpacked.values) == (True, None)
    assert graph.operations[1].runtime_inputs == graph.inputs


def test_an_operation_that_is_not_built_in_keeps_its_name(tflite: Make) -> None:
    (op,) = read_tflite(tflite(["FlexErf", "in", "out"])).operations
    assert op.kind == "custom FlexErf"
