"""Weights as safetensors: brought in once by ``edge-convert import``, checked at each load."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.numpy import load, save

from edge_convert import reference
from edge_convert.packages import source_files
from edge_convert.placing import write_whole
from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray
    from torch import nn

    from edge_convert.light_model import LightModel
    from edge_runtime.spec import ModelSpec, Parity

FOLDER = Path(__file__).parents[1] / "weights"


def weights_path(spec: ModelSpec) -> Path:
    """Where the imported tensors of a model lie."""
    return FOLDER / f"{spec.id}.safetensors"


def load_network(model: LightModel) -> nn.Module:
    """Build the network with its weights, ready to be evaluated.

    Raises ``WeightsError`` where they were not imported or are not those of the spec.
    """
    network = model.network()
    tensors = load(_read(model.spec))
    _fill(network, tensors, model.spec.id)
    return network.eval().requires_grad_(requires_grad=False)


def import_model(model: LightModel, *, ask_source: bool = True) -> Parity:
    """Take a model's weights from its package, and prove them on the sample photos.

    The source's own runtime runs on the model's samples; its answers are kept as
    ``convert/reference/<id>.npz``.  Without ``ask_source`` the answers that are kept are
    the proof, and the runtime need not be installed.  Raises ``WeightsError`` for a
    package or tensors that are not the spec's, and ``VerificationError`` where the two
    differ by more than the gate.
    """
    files = source_files(model.spec.source)
    mapped = sorted(model.tensors(files).items())
    tensors = {name: np.ascontiguousarray(values) for name, values in mapped}
    _fill(model.network(), tensors, model.spec.id)
    write_whole(weights_path(model.spec), save(tensors))
    if ask_source:
        samples = model.proven_on()
        answers = {photo: model.reference(files, inputs) for photo, inputs in samples.items()}
        reference.record(model.spec, samples, answers)
    return reference.check(model.spec, load_network(model))


def is_imported(spec: ModelSpec) -> bool:
    """Whether a model's weights are there, and are those of the spec."""
    path = weights_path(spec)
    return path.is_file() and _digest(path.read_bytes()) == spec.weights.sha256


def _read(spec: ModelSpec) -> bytes:
    path = weights_path(spec)
    if not path.is_file():
        raise WeightsError(
            f"the weights of {spec.id} are not here: run 'edge-convert import {spec.id}'"
        )
    data = path.read_bytes()
    if _digest(data) != spec.weights.sha256:
        raise WeightsError(
            f"{path.name} has SHA-256 {_digest(data)}, the spec of {spec.id} names"
            f" {spec.weights.sha256}: run 'edge-convert import {spec.id}'"
        )
    return data


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _fill(network: nn.Module, tensors: Mapping[str, NDArray[Any]], model_id: str) -> None:
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    given = {name: value.shape for name, value in tensors.items()}
    wrong = sorted(
        name for name in wanted.keys() | given.keys() if wanted.get(name) != given.get(name)
    )
    if wrong:
        name = wrong[0]
        raise WeightsError(
            f"{model_id}: {len(wrong)} tensors do not fit, the first is {name}: the network"
            f" has {wanted.get(name, 'none')}, the weights have {given.get(name, 'none')}"
        )
    network.load_state_dict({name: torch.tensor(value) for name, value in tensors.items()})
