from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

from edge_calibration.layers.file_layers import compare_files
from edge_calibration.layers.layer_errors import compare_network
from edge_calibration.layers.layer_report import Comparison, LayerError, worst_alone

HARD_SWISH = "blocks.1 (hardswish)"


@pytest.fixture(scope="module")
def twins(layered: Any) -> Any:
    return compare_network(layered.runs(layered.network), layered.path, layered.photos)[1]


def compared(layered: Any, path: Path, twins: Any) -> Comparison:
    return compare_files(layered.path, path, layered.photos, twins, tolerance_db=25)


def layer(found: Comparison, words: str) -> LayerError:
    return next(one for one in found.layers if one.words == words)


def tensor_of(twins: Any, words: str) -> str:
    return next(n for n, t in twins.items() if f"{t.layer} ({t.operation})" == words)


@pytest.mark.parametrize("variant", ["weight_only_wi8_afp32", "dynamic_wi8_afp32", "fp16"])
def test_small_weights_lose_little_everywhere(
    variant: str, layered: Any, twins: Any, tmp_path: Path
) -> None:
    found = compared(layered, layered.variant(tmp_path / "v", variant), twins)
    assert found.first is None
    assert all(one.error.snr_db > 25 for one in found.layers if one.error)
    assert all(one.codes is None for one in found.layers)


def test_a_sound_static_file_is_under_no_limit(
    layered: Any, twins: Any, tmp_path: Path
) -> None:
    path = layered.variant(tmp_path / "v", "static_wi8_ai8", layered.ranges)
    found = compared(layered, path, twins)
    assert found.first is None
    assert layer(found, HARD_SWISH).codes.clipped == 0
    assert {one.kind for one in found.layers if not one.paired} >= {"QUANTIZE", "DEQUANTIZE"}


@pytest.mark.parametrize(
    ("words", "factor", "clipped", "dead"),
    [
        (HARD_SWISH, 0.1, True, False),
        ("blocks.0 (mul)", 0.1, True, False),
        ("blocks.0.depthwise (convolution + relu)", 40.0, False, True),
    ],
)
def test_a_range_that_does_not_fit_is_named(
    words: str,
    factor: float,
    clipped: bool,
    dead: bool,
    layered: Any,
    twins: Any,
    tmp_path: Path,
) -> None:
    low, high = layered.ranges[tensor_of(twins, words)]
    ranges = layered.ranges | {tensor_of(twins, words): (low * factor, high * factor)}
    found = compared(layered, layered.variant(tmp_path / "v", "static_wi8_ai8", ranges), twins)
    assert found.first == words
    assert worst_alone(found.layers)[0].words == words
    codes = layer(found, words).codes
    assert (codes.clipped > 0.01) == clipped
    assert (codes.dead > 0.9) == dead


def test_a_saturating_scale_in_the_file_is_named(
    layered: Any, twins: Any, tmp_path: Path
) -> None:
    path = layered.variant(tmp_path / "v", "static_wi8_ai8", layered.ranges)
    model = flatbuffer_utils.read_model(str(path))
    name = tensor_of(twins, "blocks.0 (add)").encode()
    (tensor,) = (one for one in model.subgraphs[0].tensors if one.name == name)
    tensor.quantization.scale = np.asarray(tensor.quantization.scale, np.float32) / 6
    _follow(model, tensor)
    path.write_bytes(bytes(flatbuffer_utils.convert_object_to_bytearray(model)))
    found = compared(layered, path, twins)
    assert found.first == "blocks.0 (add)"
    assert layer(found, "blocks.0 (add)").codes.at_ends > 0.3


def _follow(model: Any, tensor: Any) -> None:
    """The bias of a convolution is scaled as what goes in, which is checked."""
    graph = model.subgraphs[0]
    index = graph.tensors.index(tensor)
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        if code == schema.BuiltinOperator.CONV_2D and operator.inputs[0] == index:
            bias = graph.tensors[operator.inputs[2]].quantization
            bias.scale = np.asarray(bias.scale, np.float32) / 6


def test_what_a_layer_loses_alone_is_not_what_came_before(
    layered: Any, twins: Any, tmp_path: Path
) -> None:
    name = tensor_of(twins, "stem (convolution)")
    low, high = layered.ranges[name]
    ranges = layered.ranges | {name: (low / 8, high / 8)}
    found = compared(layered, layered.variant(tmp_path / "v", "static_wi8_ai8", ranges), twins)
    behind = layer(found, "blocks.0.widen (convolution)")
    assert behind.error.snr_db < 10
    # Its input is cut off by the same scale, so it is the layer after that is free of it.
    assert layer(found, HARD_SWISH).own.snr_db > 30
