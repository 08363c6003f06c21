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
from edge_convert.elastic import elastic
from edge_convert.light_model import light_model
from edge_runtime.interpreter import Session

KINDS = schema.BuiltinOperator
SPEC = light_model("portrait-segmentation").spec


class Stretchy(nn.Module):
    """Mirrored borders of one and of four, twice the size, and few results at the end."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        self.wide = nn.Conv2d(3, 8, 3, padding=1, padding_mode="reflect")
        self.few = nn.Conv2d(8, 3, 9, padding=4, padding_mode="reflect")
        for weight in self.parameters():
            weight.data = torch.rand(weight.shape, generator=generator) - 0.5

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        x = F.relu(self.wide(image / 255))
        x = x - x.mean((2, 3), keepdim=True)
        return (self.few(F.interpolate(x, scale_factor=2.0, mode="nearest")),)


class Stiff(nn.Module):
    """What looks alike and must stay: three times the size, edges repeated, no kernel."""

    def __init__(self) -> None:
        super().__init__()
        self.point = nn.Conv2d(3, 3, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        x = F.interpolate(self.point(image), scale_factor=3.0, mode="nearest")
        return (F.pad(x, (1, 1, 1, 1), mode="replicate"),)


def kinds(path: Path) -> Counter[int]:
    model = flatbuffer_utils.read_model(str(path))
    codes = [model.operatorCodes[op.opcodeIndex] for op in model.subgraphs[0].operators]
    return Counter(max(c.builtinCode, c.deprecatedBuiltinCode) for c in codes)


def by_torch(network: nn.Module, image: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        made = network(torch.tensor(image).permute(0, 3, 1, 2))[0]
    return made.permute(0, 2, 3, 1).numpy()


@pytest.fixture(scope="module")
def stretchy() -> nn.Module:
    return Stretchy().eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, stretchy: nn.Module) -> Path:
    out = tmp_path_factory.mktemp("elastic") / "stretchy.tflite"
    litert.export(stretchy, SPEC, (16, 12), out)
    return out


@pytest.mark.parametrize("size_hw", [(16, 12), (12, 20), (40, 8)])
def test_every_size_gives_what_torch_gives(
    exported: Path, stretchy: nn.Module, size_hw: tuple[int, int]
) -> None:
    image = np.random.default_rng(0).uniform(0, 255, (1, *size_hw, 3)).astype(np.float32)
    made = Session(exported, size_hw=size_hw).run({"image": image})["probability"]
    wanted = by_torch(stretchy, image)
    assert made.shape == wanted.shape == (1, 2 * size_hw[0], 2 * size_hw[1], 3)
    assert abs(made - wanted).max() < 1e-4


def test_what_is_slow_or_rigid_is_gone(exported: Path) -> None:
    found = kinds(exported)
    assert not {KINDS.MIRROR_PAD, KINDS.RESIZE_NEAREST_NEIGHBOR} & found.keys()
    assert found[KINDS.DEPTH_TO_SPACE] == 2  # twice the size, and the few results
    assert found[KINDS.STRIDED_SLICE] == 4 * 1 + 4 * 4


def test_the_same_constants_are_kept_once(exported: Path) -> None:
    model = flatbuffer_utils.read_model(str(exported))
    graph = model.subgraphs[0]
    small = [
        bytes(model.buffers[t.buffer].data)
        for t in graph.tensors
        if t.name.startswith(b"elastic") and t.buffer and list(t.shape) == [4]
    ]
    assert len(small) == len(set(small))


def test_what_only_looks_alike_stays(tmp_path: Path) -> None:
    out, network = tmp_path / "stiff.tflite", Stiff().eval()
    litert.export(network, SPEC, (6, 6), out)
    assert KINDS.DEPTH_TO_SPACE not in kinds(out)
    assert KINDS.RESIZE_NEAREST_NEIGHBOR in kinds(out)
    image = np.random.default_rng(0).uniform(0, 255, (1, 6, 6, 3)).astype(np.float32)
    made = Session(out).run({"image": image})["probability"]
    assert abs(made - by_torch(network, image)).max() < 1e-3


def test_twice_is_once(exported: Path) -> None:
    again = exported.with_name("again.tflite")
    again.write_bytes(elastic(exported.read_bytes()))
    assert kinds(again) == kinds(exported)
