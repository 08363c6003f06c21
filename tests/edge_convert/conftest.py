"""A model of four layers that goes through everything the real ones go through."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from safetensors.numpy import save
from torch import nn
from torch.nn import functional as F

from edge_convert import bundle, light_model, ranges, reference, weights
from edge_convert.light_model import LightModel
from edge_runtime.contract_templates import portrait_segmentation
from edge_runtime.spec import (
    Calibration,
    Gate,
    Gates,
    ImageInput,
    Licence,
    ModelSpec,
    PortraitSegmentation,
    Source,
    Tensor,
    Weights,
)

SIDE = 32
GATES = {
    "fp32": Gate(max_abs=1e-5, mean_abs=1e-6),
    "fp16": Gate(max_abs=5e-3, mean_abs=1e-3),
    "weight_only_wi8_afp32": Gate(max_abs=0.05, mean_abs=0.01),
    "dynamic_wi8_afp32": Gate(max_abs=0.05, mean_abs=0.01),
    "static_wi8_ai8": Gate(max_abs=0.1, mean_abs=0.02),
    "w8": Gate(max_abs=0.05, mean_abs=0.01),
}
SPEC = ModelSpec(
    id="tiny",
    title="A model of four layers",
    version="1.0.0",
    licence=Licence(code="Apache-2.0", weights="CC0-1.0", data="none"),
    source=Source(index="pypi", package="none", version="1", files=()),
    weights=Weights(sha256=""),
    image=ImageInput(name="image", sizes_hw=((SIDE, SIDE),)),
    outputs=(
        Tensor(
            name="probability",
            shape=(1, SIDE, SIDE, 1),
            meaning="that a pixel counts",
            unit="probability",
            image=True,
        ),
        Tensor(name="pooled", shape=(1, 32), meaning="means", unit="none"),
    ),
    task=PortraitSegmentation(),
    program=portrait_segmentation(),
    gates=Gates(imported=GATES["fp32"], variants=GATES),
    tflite=("fp32", "fp16", "weight_only_wi8_afp32", "dynamic_wi8_afp32", "static_wi8_ai8"),
    coreml=("fp16", "w8"),
    ships={"tflite": "weight_only_wi8_afp32", "coreml": "fp16"},
    calibration=Calibration(dataset="calibration", count=3),
)


class TinyNet(nn.Module):
    """A stem, a convolution with enough weights to be packed, and a way back up."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        self.middle = nn.Conv2d(16, 32, 3, padding=1)
        self.up = nn.ConvTranspose2d(32, 1, 4, 2, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        y = F.relu(self.middle(F.relu(self.stem(image / 127.5 - 1))))
        return torch.sigmoid(self.up(y)), y.mean((2, 3))


class Mixing(nn.Module):
    """The same with a vector that goes in beside the picture, and a picture that comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.out = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, image: torch.Tensor, gains: torch.Tensor) -> tuple[torch.Tensor, ...]:
        y = F.relu(self.stem(image / 255)) * gains[:, :, None, None]
        return (torch.sigmoid(self.out(y)) * 255,)


def made(kind: type[nn.Module]) -> nn.Module:
    torch.manual_seed(0)
    return kind().eval()


def pictures(*seeds: int) -> dict[str, dict[str, np.ndarray]]:
    return {
        f"noise{seed}": {
            "image": np.random.default_rng(seed)
            .integers(0, 256, (1, SIDE, SIDE, 3))
            .astype(np.float32)
        }
        for seed in seeds
    }


def packed() -> bytes:
    state = made(TinyNet).state_dict()
    return save({name: value.numpy() for name, value in sorted(state.items())})


@pytest.fixture(scope="session")
def tiny() -> LightModel:
    """The model, without anything on disk."""
    digest = hashlib.sha256(packed()).hexdigest()
    return LightModel(
        spec=msgspec.structs.replace(SPEC, weights=Weights(sha256=digest)),
        network=TinyNet,
        tensors=lambda _: {},
        reference=lambda _, inputs: inputs,
        samples=lambda: pictures(1, 2),
    )


@pytest.fixture(scope="session")
def network() -> nn.Module:
    return made(TinyNet)


@pytest.fixture(scope="session")
def mixing() -> tuple[nn.Module, ModelSpec]:
    """A network and its spec, with a vector in and a picture out."""
    picture = Tensor(
        name="picture",
        shape=(1, SIDE, SIDE, 3),
        meaning="the result",
        unit="0..255",
        span=255,
        image=True,
    )
    gains = Tensor(name="gains", shape=(1, 8), meaning="of the channels", unit="none")
    return made(Mixing), msgspec.structs.replace(SPEC, vectors=(gains,), outputs=(picture,))


@pytest.fixture
def installed(tiny: LightModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LightModel:
    """The model as if it were imported: weights and reference on disk, in the list."""
    from edge_convert import building, calibrate

    for module, name in ((weights, "FOLDER"), (reference, "FOLDER"), (building, "RANGES")):
        monkeypatch.setattr(module, name, tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "tiny.safetensors").write_bytes(packed())
    runner = weights.load_network(tiny)
    answers = {
        photo: _answers(runner, inputs["image"]) for photo, inputs in tiny.samples().items()
    }
    reference.record(tiny.spec, tiny.samples(), answers)
    monkeypatch.setattr(light_model, "light_models", lambda: {"tiny": tiny})
    for module in ("check", "cli"):
        monkeypatch.setattr(f"edge_convert.{module}.light_models", lambda: {"tiny": tiny})
    monkeypatch.setattr(bundle, "ASSETS", tmp_path / "assets")
    monkeypatch.setattr(building, "ASSETS", tmp_path / "assets")
    assert calibrate.ranges_path("tiny").parent == tmp_path / "kept"
    assert ranges.DIGITS
    return tiny


@torch.no_grad()
def _answers(network: nn.Module, image: np.ndarray) -> dict[str, np.ndarray]:
    mask, pooled = network(torch.tensor(image).permute(0, 3, 1, 2))
    return {"probability": mask.permute(0, 2, 3, 1).numpy(), "pooled": pooled.numpy()}


@pytest.fixture(scope="session")
def float_tflite(
    tiny: LightModel, network: nn.Module, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The model's float32 TFLite file, made once."""
    from edge_convert import litert

    path = tmp_path_factory.mktemp("tiny") / "float.tflite"
    litert.export(network, tiny.spec, (SIDE, SIDE), path)
    return path
