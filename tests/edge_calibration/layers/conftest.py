"""A small network in which faults can be planted, and the file that was made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edge_calibration.layers.activations import Activation
from edge_convert import litert
from edge_convert.light_model import light_model
from edge_convert.quantize import extremes, quantised
from edge_convert.ranges import combined
from edge_convert.torch_layers import activations
from edge_runtime.spec import ModelSpec

SIDE = 32
Arrays = Mapping[str, np.ndarray]
Ranges = dict[str, tuple[float, float]]


class Block(nn.Module):
    """Widen, filter, gate, narrow, add: what the segmenters are made of."""

    def __init__(self) -> None:
        super().__init__()
        self.widen = nn.Conv2d(8, 24, 1)
        self.depthwise = nn.Conv2d(24, 24, 3, padding=1, groups=24)
        self.gate = nn.Conv2d(24, 24, 1)
        self.narrow = nn.Conv2d(24, 8, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.depthwise(F.hardswish(self.widen(x))))
        y = y * torch.sigmoid(self.gate(y.mean((2, 3), keepdim=True)))
        return x + self.narrow(y)


class LayeredNet(nn.Module):
    """Two blocks between a stem and a mask."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.blocks = nn.Sequential(Block(), Block())
        self.mask = nn.Conv2d(8, 1, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (torch.sigmoid(self.mask(self.blocks(self.stem(image / 127.5 - 1)))),)


@dataclass(frozen=True, eq=False)
class Layered:
    """The network, its spec, its float32 file, and inputs by photo."""

    network: nn.Module
    spec: ModelSpec
    path: Path
    photos: dict[str, Arrays]

    def runs(self, network: nn.Module) -> Callable[[Arrays], Sequence[Activation]]:
        return lambda inputs: activations(network, self.spec, inputs)

    @cached_property
    def ranges(self) -> Ranges:
        return combined(extremes(self.path.read_bytes(), self.spec, self.photos.values()))

    def variant(self, out: Path, variant: str, ranges: Ranges | None = None) -> Path:
        out.write_bytes(quantised(self.path.read_bytes(), self.spec, variant, ranges))
        return out


@pytest.fixture(scope="session")
def layered(tmp_path_factory: pytest.TempPathFactory) -> Layered:
    """Made once; nobody may change it."""
    model = light_model("portrait-segmentation").spec
    output = msgspec.structs.replace(model.outputs[0], shape=(1, SIDE // 2, SIDE // 2, 1))
    image = msgspec.structs.replace(model.image, sizes_hw=((SIDE, SIDE),))
    spec = msgspec.structs.replace(model, id="layered", image=image, outputs=(output,))
    torch.manual_seed(0)
    network = LayeredNet().eval()
    path = tmp_path_factory.mktemp("layered") / "float.tflite"
    litert.export(network, spec, (SIDE, SIDE), path)
    noise = np.random.default_rng(0)
    photos = {
        name: {"image": noise.uniform(0, 255, (1, SIDE, SIDE, 3)).astype(np.float32)}
        for name in ("first", "second")
    }
    return Layered(network, spec, path, photos)
