from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from torch import nn

from edge_convert import litert
from edge_convert.light_model import light_model
from edge_convert.litert_prelu import join_prelu
from edge_runtime.interpreter import Session

KINDS = schema.BuiltinOperator


class Two(nn.Module):
    """Two PReLUs, and a difference of the same form that is none."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(3, 3, 1)
        weight = torch.tensor([[2.0, -1, 1], [0, 1, -3], [1, 1, 1]])
        self.mix.weight.data = weight.reshape(3, 3, 1, 1)
        self.mix.bias.data = torch.tensor([0.1, -0.2, 0.3])
        self.first, self.second = nn.PReLU(3), nn.PReLU(3)
        self.first.weight.data = torch.tensor([0.25, -0.7, 1.3])
        self.second.weight.data = torch.tensor([0.1, 0.2, -0.3])

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        x = self.mix(self.second(self.first(self.mix(image / 127.5 - 1)) - 0.2))
        return (torch.relu(x) - 0.5 * torch.relu(-2 * x),)


def kinds(path: Path) -> Counter[int]:
    model = flatbuffer_utils.read_model(str(path))
    codes = [model.operatorCodes[op.opcodeIndex] for op in model.subgraphs[0].operators]
    return Counter(max(c.builtinCode, c.deprecatedBuiltinCode) for c in codes)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("prelu") / "two.tflite"
    litert.export(Two().eval(), light_model("portrait-segmentation").spec, (8, 8), out)
    return out


def test_prelu_is_one_operation_that_computes_the_same(exported: Path) -> None:
    assert kinds(exported)[KINDS.PRELU] == 2
    assert kinds(exported)[KINDS.RELU] == 1  # that of the other difference
    image = torch.arange(192.0).reshape(1, 8, 8, 3)
    with torch.no_grad():
        wanted = Two()(image.permute(0, 3, 1, 2))[0].permute(0, 2, 3, 1).numpy()
    made = Session(exported).run({"image": image.numpy()})["probability"]
    assert abs(made - wanted).max() < 1e-5
    assert join_prelu(exported.read_bytes()) == exported.read_bytes()


def test_no_tensor_is_left_that_nothing_makes(exported: Path) -> None:
    model = flatbuffer_utils.read_model(str(exported))
    graph = model.subgraphs[0]
    made = {index for operator in graph.operators for index in operator.outputs}
    for index, tensor in enumerate(graph.tensors):
        constant = model.buffers[tensor.buffer].data is not None
        assert constant or index in made or index in graph.inputs, tensor.name
