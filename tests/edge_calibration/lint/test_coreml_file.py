from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from edge_calibration.lint.coreml_file import read_coreml
from edge_runtime.bundle import Bundle


def test_a_program_of_ours_as_rules_see_it() -> None:
    bundle = Bundle.open()
    entry = bundle.entry("smile")
    file = next(file for file in entry.files if file.format == "coreml")
    graph = read_coreml(bundle.folder / file.path)
    assert graph.kind == "coreml"
    assert [(value.name, value.dtype) for value in graph.inputs] == [("image", "IMAGE")]
    convolutions = [op for op in graph.operations if op.kind == "conv"]
    shapes = [op.inputs[0].shape for op in convolutions]
    assert all(len(shape) == 4 and shape[0] == 1 for shape in shapes)
    assert {op.outputs[0].dtype for op in convolutions} == {"FLOAT16"}
    assert graph.flexible == ()
    assert graph.maker(graph.outputs[0]) is not None


def test_the_data_stands_before_the_weights(package: Callable[..., Path]) -> None:
    weight = np.ones((2, 3, 1, 1), np.float32)
    graph = read_coreml(package(lambda mil, x: mil.conv(x=x, weight=weight)))
    (convolution,) = [op for op in graph.operations if op.kind == "conv"]
    assert convolution.inputs[0].shape == (1, 3, 8, 8)
    assert convolution.outputs[0].shape == (1, 2, 8, 8)
