from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edge_convert.building import Maker
from edge_convert.light_model import LightModel, light_model
from edge_convert.recipe import Build
from edge_convert.runners import open_runner
from edge_convert.verify import cases, verify
from edge_runtime.errors import VerificationError
from edge_runtime.hashes import content_sha256

MODEL = light_model("smile")


def build(kind: str, variant: str) -> Build:
    return Build(format=kind, variant=variant, size_hw=MODEL.spec.image.size_hw)


@pytest.mark.parametrize(
    ("kind", "variant", "limit"),
    [
        ("tflite", "fp32", 1e-5),
        ("onnx", "fp32", 1e-5),
        ("coreml", "fp16", 5e-3),
        ("coreai", "fp32", 1e-4),
    ],
)
def test_every_format_is_run_and_comes_out_the_same_twice(
    kind: str, variant: str, limit: float, tmp_path: Path
) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        files.append(Maker(MODEL, tmp_path / name).make(build(kind, variant)))
    assert content_sha256(files[0]) == content_sha256(files[1])
    run = open_runner(files[0], kind, MODEL.spec)
    for case in cases(Maker(MODEL, tmp_path).network, MODEL):
        made = run(case.inputs)
        assert set(made) == {"probabilities"}
        assert made["probabilities"].shape == (1, 7)
        assert np.abs(made["probabilities"] - case.outputs["probabilities"]).max() < limit


class Unnormalised(nn.Module):
    """The tiny network as it would be if the exporter dropped its first step."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> object:
        return self.network((image + 1) * 127.5)


def swapped(network: nn.Module) -> nn.Module:
    faulty = copy.deepcopy(network)
    faulty.get_parameter("stem.weight").data = network.get_parameter("stem.weight").flip(1)
    return faulty


def flipped(network: nn.Module) -> nn.Module:
    faulty = copy.deepcopy(network)
    weight = faulty.get_parameter("middle.weight").data.view(-1)
    weight[weight.abs().argmax()] *= -1
    return faulty


FAULTS = {"one sign": flipped, "RGB swapped": swapped, "normalisation dropped": Unnormalised}


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize(
    ("kind", "variant"),
    [("tflite", "fp32"), ("onnx", "fp32"), ("coreml", "fp16"), ("coreai", "fp32")],
)
def test_a_faulty_export_is_caught_in_every_format(
    kind: str, variant: str, fault: str, tiny: LightModel, network: nn.Module, tmp_path: Path
) -> None:
    maker = Maker(tiny, tmp_path)
    maker.network = FAULTS[fault](network)
    wanted = Build(format=kind, variant=variant, size_hw=(32, 32))
    with pytest.raises(VerificationError, match="^tiny: .* differs from the PyTorch module"):
        verify(maker.make(wanted), wanted, tiny.spec, cases(network, tiny))
