from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from edge_convert import onnx_export
from edge_convert.light_model import LightModel
from edge_convert.recipe import Build
from edge_convert.verify import cases, verify
from edge_runtime.errors import ConversionError
from edge_runtime.spec import ModelSpec

BUILD = Build(format="onnx", variant="fp32", size_hw=(32, 32))


@pytest.fixture(scope="module")
def exported(
    tiny: LightModel, network: nn.Module, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "tiny.onnx"
    onnx_export.export(network, tiny.spec, (32, 32), path)
    return path


def test_the_file_computes_what_torch_computes(
    tiny: LightModel, network: nn.Module, exported: Path
) -> None:
    assert verify(exported, BUILD, tiny.spec, cases(network, tiny)).max_abs < 1e-6


def test_the_border_is_the_specs(exported: Path) -> None:
    model = onnx.load(exported)
    onnx.checker.check_model(model, full_check=True)
    assert [value.name for value in model.graph.input] == ["image"]
    assert [value.name for value in model.graph.output] == ["probability", "pooled"]
    shape = model.graph.input[0].type.tensor_type.shape.dim
    assert [dim.dim_value for dim in shape] == [1, 32, 32, 3]
    assert model.opset_import[0].version >= 17


def test_twice_is_the_same_and_tells_nothing_of_the_machine(
    tiny: LightModel, network: nn.Module, exported: Path, tmp_path: Path
) -> None:
    onnx_export.export(network, tiny.spec, (32, 32), tmp_path / "again.onnx")
    data = exported.read_bytes()
    assert (tmp_path / "again.onnx").read_bytes() == data
    assert b"edge_convert" not in data
    assert b".py" not in data


def test_a_vector_goes_in_and_a_picture_comes_out(
    mixing: tuple[nn.Module, ModelSpec], tmp_path: Path
) -> None:
    network, spec = mixing
    onnx_export.export(network, spec, (32, 32), tmp_path / "a.onnx")
    image = np.full((1, 32, 32, 3), 200, np.float32)
    gains = np.linspace(0, 1, 8, dtype=np.float32)[None]
    made = onnx_export.open_onnx(tmp_path / "a.onnx")({"image": image, "gains": gains})
    with torch.no_grad():
        wanted = network(torch.tensor(image).permute(0, 3, 1, 2), torch.tensor(gains))[0]
    assert np.abs(made["picture"] - wanted.permute(0, 2, 3, 1).numpy()).max() < 1e-3


class Broken(nn.Module):
    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        raise RuntimeError("no such layer")


def test_a_failure_names_the_model(tiny: LightModel, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="^tiny: ONNX export failed: "):
        onnx_export.export(Broken(), tiny.spec, (32, 32), tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())
