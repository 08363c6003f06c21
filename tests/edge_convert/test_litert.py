from __future__ import annotations

from pathlib import Path

import pytest
import torch
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from torch import nn
from torch.nn import functional as F

from edge_convert import litert
from edge_convert.light_model import light_model
from edge_runtime.errors import ConversionError
from edge_runtime.interpreter import Session

SPEC = light_model("portrait-segmentation").spec


class Padded(nn.Module):
    """What MediaPipe's nets do: an uneven border, and a skip widened by zero channels."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, 2)
        self.widen = nn.Conv2d(4, 8, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        x = self.stem(F.pad(image / 127.5 - 1, (0, 1, 0, 1)))
        x = F.relu(F.pad(x, (0, 0, 0, 0, 0, 4)) + self.widen(x))
        return (F.interpolate(x[:, :1] - x[:, 3:4], scale_factor=2.0, mode="bilinear"),)


def test_padding_costs_no_transposes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, out = Padded().eval(), tmp_path / "padded.tflite"
    litert.export(network, SPEC, (16, 16), out)
    model = flatbuffer_utils.read_model(str(out))
    codes = [model.operatorCodes[op.opcodeIndex] for op in model.subgraphs[0].operators]
    kinds = {max(c.builtinCode, c.deprecatedBuiltinCode) for c in codes}
    assert schema.BuiltinOperator.TRANSPOSE not in kinds
    image = torch.arange(768.0).reshape(1, 16, 16, 3) / 3
    with torch.no_grad():
        wanted = network(image.permute(0, 3, 1, 2))[0].permute(0, 2, 3, 1).numpy()
    made = Session(out).run({"image": image.numpy()})["probability"]
    assert abs(made - wanted).max() < 1e-5


class Unwilling(nn.Module):
    def forward(self, _image: torch.Tensor) -> tuple[torch.Tensor]:
        raise ValueError("no way")


def test_a_failure_names_the_model_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"portrait-segmentation: litert-torch.*no way"):
        litert.export(Unwilling(), SPEC, (16, 16), tmp_path / "none.tflite")
    assert not list(tmp_path.iterdir())
