from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from torch import nn
from torch.nn import functional as F

from edge_convert import litert
from edge_convert.light_model import LightModel
from edge_convert.recipe import Build
from edge_convert.verify import cases, verify
from edge_runtime.errors import ConversionError
from edge_runtime.interpreter import Session
from edge_runtime.spec import ModelSpec

BUILD = Build(format="tflite", variant="fp32", size_hw=(32, 32))
OPERATIONS = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}


def operations(data: bytes) -> Counter[str]:
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(data))
    codes = [OPERATIONS[code.builtinCode] for code in model.operatorCodes]
    return Counter(codes[op.opcodeIndex] for op in model.subgraphs[0].operators)


def test_the_file_computes_what_torch_computes(
    tiny: LightModel, network: nn.Module, float_tflite: Path
) -> None:
    parity = verify(float_tflite, BUILD, tiny.spec, cases(network, tiny))
    assert parity.photos == 2
    assert parity.max_abs < 1e-6


def test_twice_is_the_same(
    tiny: LightModel, network: nn.Module, float_tflite: Path, tmp_path: Path
) -> None:
    litert.export(network, tiny.spec, (32, 32), tmp_path / "again.tflite")
    assert (tmp_path / "again.tflite").read_bytes() == float_tflite.read_bytes()


def test_a_vector_goes_in_and_a_picture_comes_out(
    mixing: tuple[nn.Module, ModelSpec], tmp_path: Path
) -> None:
    network, spec = mixing
    litert.export(network, spec, (32, 48), tmp_path / "a.tflite")
    image = np.full((1, 32, 48, 3), 200, np.float32)
    gains = np.linspace(0, 1, 8, dtype=np.float32)[None]
    made = Session(tmp_path / "a.tflite").run({"image": image, "gains": gains})
    with torch.no_grad():
        wanted = network(torch.tensor(image).permute(0, 3, 1, 2), torch.tensor(gains))[0]
    assert np.abs(made["picture"] - wanted.permute(0, 2, 3, 1).numpy()).max() < 1e-3


class Padded(nn.Module):
    """What cost two transposes a layer: one-sided padding, and padded channels."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 8, 3, 2)
        self.two = nn.Conv2d(8, 16, 3, padding=1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = F.relu(self.one(F.pad(image, (0, 1, 0, 1))))
        y = F.relu(self.two(x) + F.pad(x, (0, 0, 0, 0, 0, 8)))
        return torch.sigmoid(y[:, :1]), y.mean((2, 3))


def test_padding_needs_no_transposes(tiny: LightModel, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, path = Padded().eval(), tmp_path / "a.tflite"
    litert.export(network, tiny.spec, (32, 32), path)
    assert operations(path.read_bytes())["TRANSPOSE"] <= 1  # three, were it not known
    image = np.random.default_rng(0).random((1, 32, 32, 3), np.float32) * 255
    with torch.no_grad():
        wanted = network(torch.tensor(image).permute(0, 3, 1, 2))
    made = Session(path).run({"image": image})
    assert np.abs(made["probability"] - wanted[0].permute(0, 2, 3, 1).numpy()).max() < 1e-5
    assert np.abs(made["pooled"] - wanted[1].numpy()).max() < 1e-3


class Broken(nn.Module):
    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        raise RuntimeError("no such layer")


def test_a_failure_names_the_model(tiny: LightModel, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="^tiny: litert-torch failed: .*no such layer"):
        litert.export(Broken(), tiny.spec, (32, 32), tmp_path / "a.tflite")
    assert not list(tmp_path.iterdir())
