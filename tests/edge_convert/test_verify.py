from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edge_convert.building import Maker
from edge_convert.light_model import LightModel, light_models
from edge_convert.recipe import Build
from edge_convert.verify import Case, Difference, cases, difference, judged, rounded, verify
from edge_convert.weights import load_network
from edge_runtime.errors import VerificationError
from edge_runtime.spec import Gate, Tensor

MODELS = light_models()


@functools.cache
def made(model_id: str, folder: Path) -> Path:
    """The float TFLite file of a model, converted once for all tests here."""
    model, place = MODELS[model_id], folder / model_id
    place.mkdir()
    return Maker(model, place).make(build_of(model))


def build_of(model: LightModel) -> Build:
    return Build(format="tflite", variant="fp32", size_hw=model.spec.image.size_hw)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exported")


class Fault(nn.Module):
    """The network behind an input that went wrong."""

    def __init__(self, network: nn.Module, kind: str) -> None:
        super().__init__()
        self.network, self.kind = network, kind

    def forward(self, image: torch.Tensor, *vectors: torch.Tensor) -> object:
        image = image.flip(1) if self.kind == "RGB swapped" else image / 127.5 - 1
        return self.network(image, *vectors)


def flipped(model: LightModel) -> nn.Module:
    network = load_network(model)
    first = next(m for m in network.modules() if isinstance(m, nn.Conv2d))
    with torch.no_grad():
        first.weight.view(-1)[first.weight.abs().argmax()] *= -1
    return network


@pytest.mark.parametrize("model", list(MODELS.values()), ids=list(MODELS))
def test_a_file_passes_and_every_planted_fault_is_caught(
    model: LightModel, folder: Path
) -> None:
    """The comparison is symmetric: a right file against a faulty network differs as a
    faulty file against the right network would."""
    path, build, network = made(model.spec.id, folder), build_of(model), load_network(model)
    parity = verify(path, build, model.spec, cases(network, model))
    assert parity.photos == len(model.samples())
    faults = {
        "one weight's sign": flipped(model),
        "RGB swapped": Fault(network, "RGB swapped"),
        "normalised by the app": Fault(network, "normalised"),
    }
    for name, fault in faults.items():
        with pytest.raises(VerificationError, match=model.spec.id):
            verify(path, build, model.spec, cases(fault, model))
            pytest.fail(f"not caught: {name}")


def output(**changes: object) -> Tensor:
    fields = {"name": "a", "shape": (1, 2), "meaning": "m", "unit": "1", **changes}
    return Tensor(**fields)


def test_a_difference_is_divided_by_the_span() -> None:
    wanted = {"a": np.array([[0.0, 100.0]], np.float32)}
    off = difference(output(span=200.0), np.array([[0.0, 80.0]], np.float32), wanted)
    assert off == pytest.approx((0.1, 0.05))


def test_only_candidates_that_score_count() -> None:
    wanted = {
        "a": np.zeros((1, 3, 2), np.float32),
        "scores": np.array([[0.9, 0.01, 0.2]], np.float32),
    }
    made = np.array([[[0, 0.5], [9, 9], [0, 0]]], np.float32)
    assert difference(output(where="scores"), made, wanted) == (0.5, 0.125)
    wanted["scores"][:] = 0
    assert difference(output(where="scores"), made, wanted) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("worst", "mean", "passes"),
    [(0.1, 0.01, True), (0.11, 0.01, False), (0.1, 0.02, False), (float("nan"), 0.0, False)],
)
def test_a_gate_lets_pass_up_to_its_limits(worst: float, mean: float, passes: bool) -> None:
    spec = MODELS["smile"].spec
    found = [Difference(output="a", photo="p", max_abs=worst, mean_abs=mean)]
    gate = Gate(max_abs=0.1, mean_abs=0.01)
    if passes:
        assert judged("f", spec, gate, found).max_abs == worst
    else:
        with pytest.raises(VerificationError, match=r"smile: a of f differs .* on p"):
            judged("f", spec, gate, found)


def test_other_sizes_are_verified_too() -> None:
    model = MODELS["style-transfer"]
    network = load_network(model)
    case: Case = cases(network, model, (256, 256))[0]
    assert case.inputs["image"].shape == (1, 256, 256, 3)
    assert case.outputs["picture"].shape == (1, 256, 256, 3)


def test_two_digits_are_kept() -> None:
    assert rounded(0.0123456) == 0.012
