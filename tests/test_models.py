"""What holds of every light model: its record, its weights, its import, its faults."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edge_convert import reference
from edge_convert.light_model import LightModel, light_models
from edge_convert.torch_runner import TorchRunner
from edge_convert.weights import load_network
from edge_runtime.errors import VerificationError
from edge_runtime.program import check_program

ROOT = Path(__file__).parents[1]
MODELS = light_models()
every_model = pytest.mark.parametrize("model", list(MODELS.values()), ids=list(MODELS))


@functools.cache
def network_of(model_id: str) -> nn.Module:
    return load_network(MODELS[model_id])


@functools.cache
def parity_of(model_id: str) -> float:
    return reference.check(MODELS[model_id].spec, network_of(model_id)).max_abs


@every_model
def test_the_record_is_complete(model: LightModel) -> None:
    spec = model.spec
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", spec.id)
    assert all((spec.licence.code, spec.licence.weights, spec.licence.data))
    assert "-NC" not in spec.licence.weights.upper()
    for digest in (spec.weights.sha256, *(file.sha256 for file in spec.source.files)):
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert spec.image.name == "image"
    assert spec.ships["tflite"] in spec.tflite
    assert spec.ships["coreml"] in spec.coreml
    assert spec.source.paper.startswith("https://")


@every_model
def test_every_variant_has_a_gate(model: LightModel) -> None:
    spec = model.spec
    assert set(spec.gates.variants) >= {"fp32", *spec.tflite, *spec.coreml}
    assert ("static_wi8_ai8" in spec.tflite) == (spec.calibration is not None)


@every_model
def test_what_a_task_refers_to_exists(model: LightModel) -> None:
    check_program(model.spec)
    for step in model.spec.program:
        assert getattr(step, "model", model.spec.id) in MODELS
    if model.spec.labels:
        lines = (ROOT / "mobile_assets" / "labels" / model.spec.labels).read_text().split("\n")
        classes = {o.name: o.shape[-1] for o in model.spec.outputs}
        assert len(lines) - 1 in classes.values()


@every_model
def test_notice_names_the_source(model: LightModel) -> None:
    notice = (ROOT / "NOTICE").read_text()
    assert model.spec.id in notice
    assert f"{model.spec.source.package} {model.spec.source.version}" in notice


@every_model
def test_the_import_is_what_the_sources_own_runtime_computes(model: LightModel) -> None:
    parity = reference.check(model.spec, network_of(model.spec.id))
    assert parity.photos >= 2
    assert parity.max_abs <= model.spec.gates.imported.max_abs


@every_model
def test_the_samples_are_what_was_recorded(model: LightModel) -> None:
    known = reference.recorded(model.spec)
    for photo, inputs in model.proven_on().items():
        for name, values in inputs.items():
            assert np.array_equal(values, known[photo][0][name]), (photo, name)


class Faulty(nn.Module):
    """A network that is fed what an app that errs would feed it."""

    def __init__(self, network: nn.Module, fault: str) -> None:
        super().__init__()
        self.network, self.fault = network, fault

    def forward(self, image: torch.Tensor, *vectors: torch.Tensor) -> object:
        if self.fault == "RGB swapped":
            image = image.flip(1)
        if self.fault == "normalised twice":
            image = image / 255
        if self.fault == "mirrored":
            image = image.flip(3)
        return self.network(image, *vectors)


@pytest.mark.parametrize("fault", ["RGB swapped", "normalised twice", "mirrored"])
@every_model
def test_a_wrong_input_is_caught(model: LightModel, fault: str) -> None:
    with pytest.raises(VerificationError):
        reference.check(model.spec, Faulty(network_of(model.spec.id), fault))


@every_model
def test_one_flipped_sign_is_caught(model: LightModel) -> None:
    """The largest weight of the first convolution, a single number among all of them."""
    network = load_network(model)
    first = next(m for m in network.modules() if isinstance(m, nn.Conv2d))
    with torch.no_grad():
        first.weight.view(-1)[first.weight.abs().argmax()] *= -1
    with pytest.raises(VerificationError):
        reference.check(model.spec, network)


@every_model
def test_a_flipped_tensor_anywhere_is_caught(model: LightModel) -> None:
    """About eight kernels from the last to the first: each branch has its share.

    Not those that shift a residual: the next normalisation takes that away again.
    """
    network = load_network(model)
    kernels = [
        tensor
        for name, tensor in network.named_parameters()
        if tensor.ndim > 1 and ".second.norm.shift." not in name
    ]
    for tensor in kernels[:: -max(1, len(kernels) // 8)]:
        tensor.neg_()
        with pytest.raises(VerificationError):
            reference.check(model.spec, network)
        tensor.neg_()


@every_model
def test_running_is_deterministic(model: LightModel) -> None:
    inputs = next(iter(reference.recorded(model.spec).values()))[0]
    runner = TorchRunner(network_of(model.spec.id), model.spec)
    first, second = runner.run(inputs), runner.run(inputs)
    assert all(np.array_equal(first[name], second[name]) for name in first)
