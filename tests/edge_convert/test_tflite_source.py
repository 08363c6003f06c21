from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from ai_edge_litert import schema_py_generated as schema
from torch import nn

from edge_convert import litert, tflite_source
from edge_convert.light_model import light_model
from edge_convert.tflite_source import Layer, assign, layer_names, read_layers, run_source
from edge_runtime.bundle import Bundle
from edge_runtime.errors import WeightsError

BUNDLE = Path(__file__).parents[2] / "mobile_assets"


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


class Layers(nn.Module):
    """One of each kind of layer that the published models have."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, (3, 5), padding=(1, 2))
        self.slopes = nn.PReLU(4)
        self.slopes.weight.data = torch.tensor([0.1, -0.2, 0.3, 1.4])
        self.depthwise = nn.Conv2d(4, 4, 3, padding=1, groups=4)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.depthwise(self.slopes(self.stem(image)))[:, :1],)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Layers, Path]:
    network, path = Layers().eval(), tmp_path_factory.mktemp("source") / "layers.tflite"
    litert.export(network, light_model("portrait-segmentation").spec, (8, 8), path)
    return network, path


def test_weights_come_back_as_they_went_in(exported: tuple[Layers, Path]) -> None:
    network, path = exported
    tensors = assign(layer_names(network), read_layers(path))
    for name, wanted in network.state_dict().items():
        assert np.array_equal(tensors[name], wanted.numpy()), name


def test_the_file_runs_on_its_own_input(exported: tuple[Layers, Path]) -> None:
    network, path = exported
    image = np.arange(192, dtype=np.float32).reshape(1, 8, 8, 3) / 192
    with torch.no_grad():
        wanted = network(torch.tensor(image).permute(0, 3, 1, 2))[0][0, 0].numpy()
    (made,) = run_source(path, image)
    assert np.abs(made[0, :, :, 0] - wanted).max() < 1e-5


def test_weights_that_are_no_floats_are_refused() -> None:
    bundle = Bundle.open(BUNDLE)
    path = bundle.file(bundle.entry("smile"), "weight_only_wi8_afp32")[1]
    with pytest.raises(WeightsError, match=r"smile.*no float weights"):
        read_layers(path)
