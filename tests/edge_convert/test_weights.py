from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from edge_convert import weights
from edge_convert.light_model import light_model
from edge_runtime.errors import WeightsError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The weights of one model, where a test may spoil them."""
    shutil.copy(weights.FOLDER / "smile.safetensors", tmp_path)
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    return tmp_path


def test_a_network_comes_with_its_weights_and_learns_no_more(folder: Path) -> None:
    network = weights.load_network(light_model("smile"))
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert any(parameter.abs().max() > 0.1 for parameter in network.parameters())


def test_missing_weights_say_how_to_get_them(folder: Path) -> None:
    (folder / "smile.safetensors").unlink()
    assert not weights.is_imported(light_model("smile").spec)
    with pytest.raises(WeightsError, match="edge-convert import smile"):
        weights.load_network(light_model("smile"))


def test_one_changed_byte_is_noticed(folder: Path) -> None:
    path = folder / "smile.safetensors"
    spoilt = bytearray(path.read_bytes())
    spoilt[-1] ^= 1
    path.write_bytes(spoilt)
    assert not weights.is_imported(light_model("smile").spec)
    with pytest.raises(WeightsError, match="SHA-256"):
        weights.load_network(light_model("smile"))


def test_tensors_of_another_shape_are_refused_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "smile.safetensors").unlink()
    monkeypatch.setattr(weights, "source_files", lambda _: {})
    model = replace(light_model("smile"), tensors=lambda _: {"first.weight": np.zeros((1, 2))})
    with pytest.raises(WeightsError, match=r"do not fit, the first is classes\.bias"):
        weights.import_model(model)
    assert not list(folder.iterdir())


def test_the_answers_that_are_kept_stand_for_a_source_that_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*_: object) -> dict[str, np.ndarray]:
        raise WeightsError("not installed")

    path = folder / "smile.safetensors"
    kept = path.read_bytes()
    path.unlink()
    monkeypatch.setattr(weights, "source_files", lambda _: {})
    model = replace(light_model("smile"), tensors=lambda _: load(kept), reference=absent)
    with pytest.raises(WeightsError, match="not installed"):
        weights.import_model(model)
    path.unlink(missing_ok=True)
    assert weights.import_model(model, ask_source=False).photos >= 2
    assert path.read_bytes() == kept
