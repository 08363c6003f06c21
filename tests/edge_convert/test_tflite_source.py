from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from torch import nn

from edge_convert import tflite_source
from edge_convert.tflite_source import Layer, assign, layer_names, read_layers, run_source
from edge_runtime.bundle import Bundle
from edge_runtime.errors import WeightsError

SMILE = Path(__file__).parents[2] / "mobile_assets"


def test_layers_are_named_in_the_order_of_the_network() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Sequential(nn.PReLU(2), nn.Linear(2, 2)))
    assert layer_names(network) == [
        ("0.weight", "0.bias"),
        ("1.0.weight",),
        ("1.1.weight", "1.1.bias"),
    ]


def test_tensors_go_to_their_names() -> None:
    weight, bias = np.ones((2, 1, 1, 1), np.float32), np.zeros(2, np.float32)
    made = assign([("a.weight", "a.bias")], [Layer(tensors=(weight, bias))])
    assert made["a.weight"] is weight
    assert made["a.bias"] is bias


@pytest.mark.parametrize(
    "names", [[], [("a.weight",)], [("a.weight", "a.bias"), ("b.weight",)]]
)
def test_another_graph_is_refused(names: list[tuple[str, ...]]) -> None:
    layer = Layer(tensors=(np.ones((1, 1, 1, 1), np.float32), np.zeros(1, np.float32)))
    with pytest.raises(WeightsError, match="not the graph that was examined"):
        assign(names, [layer])


def test_a_sparse_tensor_is_spread_out() -> None:
    csr = schema.DimensionType.SPARSE_CSR
    last = SimpleNamespace(
        format=csr,
        arraySegments=SimpleNamespace(values=[0, 1, 3]),
        arrayIndices=SimpleNamespace(values=[2, 0, 1]),
    )
    dense = SimpleNamespace(format=schema.DimensionType.DENSE)
    sparsity = SimpleNamespace(traversalOrder=[0, 1], dimMetadata=[dense, last])
    values = np.array([5, 6, 7], np.float32)
    spread = tflite_source._dense(values, [2, 3], sparsity)
    assert spread.tolist() == [[0, 0, 5], [6, 7, 0]]
    with pytest.raises(WeightsError, match="sparse"):
        tflite_source._dense(
            values, [2, 3], SimpleNamespace(**{**vars(sparsity), "traversalOrder": [1, 0]})
        )


def test_a_file_of_ours_is_read_and_run_too() -> None:
    bundle = Bundle.open(SMILE)
    path = bundle.file(bundle.entry("face-detection-short"))[1]
    answers = run_source(path, np.zeros((1, 128, 128, 3), np.float32))
    assert sorted(a.shape for a in answers) == [(1, 896), (1, 896, 4), (1, 896, 6, 2)]
    assert all(layer.tensors[0].ndim in {1, 4} for layer in read_layers(path))
