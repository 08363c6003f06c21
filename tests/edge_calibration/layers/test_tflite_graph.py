from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.layers.tflite_graph import (
    GraphTensor,
    dequantised,
    open_kept,
    quantised_codes,
    read_graph,
)
from edge_runtime.errors import BundleError


def test_nodes_tensors_and_borders(layered: Any) -> None:
    graph = read_graph(layered.path)
    assert [node.kind for node in graph.nodes][2:6] == [
        "PAD",
        "CONV_2D",
        "CONV_2D",
        "HARD_SWISH",
    ]
    assert "RELU" in {node.fused for node in graph.nodes}
    assert graph.tensors[graph.inputs["image"]].shape == (1, 32, 32, 3)
    assert graph.outputs.keys() == {"probability"}
    assert graph.weights == frozenset()
    assert open_kept(graph.content) is not None


def test_nodes_that_unpack_weights_are_told_apart(layered: Any, tmp_path: Path) -> None:
    graph = read_graph(layered.variant(tmp_path / "v", "fp16"))
    assert {graph.nodes[number].kind for number in graph.weights} == {"DEQUANTIZE"}


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\0" * 4096])
def test_what_is_no_file_is_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.tflite"
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r"broken\.tflite"):
        read_graph(path)


def scaled(scale: float, zero_point: int) -> GraphTensor:
    return GraphTensor(
        name="t",
        shape=(3,),
        constant=False,
        scale=np.array([scale], np.float32),
        zero_point=np.array([zero_point]),
    )


def test_codes_and_values() -> None:
    tensor = scaled(0.5, -10)
    codes = quantised_codes(tensor, np.array([-900, 0, 1.3, 900], np.float32), np.int8)
    assert codes.tolist() == [-128, -10, -7, 127]
    assert dequantised(tensor, codes).tolist() == [-59, 0, 1.5, 68.5]


def test_without_a_scale_values_stay() -> None:
    tensor = GraphTensor(name="t", shape=(1,), constant=False)
    assert quantised_codes(tensor, np.ones(1, np.float32), np.float32).tolist() == [1]
    assert dequantised(tensor, np.ones(1, np.int32)).dtype == np.float32
