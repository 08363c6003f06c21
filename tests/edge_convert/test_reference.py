from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from edge_convert import reference
from edge_convert.light_model import light_model
from edge_convert.weights import load_network
from edge_runtime.errors import VerificationError, WeightsError

SPEC = light_model("smile").spec


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    return tmp_path


def record() -> None:
    image = np.full((1, 64, 64, 3), 128, np.float32)
    answer = np.full((1, 7), 1 / 7, np.float32)
    reference.record(SPEC, {"a": {"image": image}}, {"a": {"probabilities": answer}})


def test_what_is_recorded_is_read_back(folder: Path) -> None:
    record()
    inputs, outputs = reference.recorded(SPEC)["a"]
    assert inputs["image"].dtype == np.float32
    assert float(inputs["image"].mean()) == 128
    assert outputs["probabilities"].shape == (1, 7)


def test_whole_numbers_are_kept_as_bytes_and_twice_is_the_same(folder: Path) -> None:
    record()
    path = folder / "smile.npz"
    with np.load(path) as arrays:
        assert arrays["a/image"].dtype == np.uint8
        assert arrays["a/probabilities"].dtype == np.float32
    first = path.read_bytes()
    record()
    assert path.read_bytes() == first


def test_answers_are_kept_to_a_millionth_of_their_span(folder: Path) -> None:
    image, answer = np.full((1, 64, 64, 3), 7, np.float32), np.full((1, 7), 1 / 7, np.float32)
    reference.record(SPEC, {"a": {"image": image}}, {"a": {"probabilities": answer}})
    kept = reference.recorded(SPEC)["a"][1]["probabilities"]
    assert 0 < np.abs(kept - np.float32(1 / 7)).max() < 1e-6
    assert (kept * 2**20 == np.rint(kept * 2**20)).all()


def test_another_answer_is_beyond_the_gate(folder: Path) -> None:
    record()
    with pytest.raises(VerificationError, match="probabilities on a differs"):
        reference.check(SPEC, load_network(light_model("smile")))


def test_not_a_number_is_beyond_any_gate() -> None:
    network = load_network(light_model("smile"))
    with torch.no_grad():
        network.get_parameter("classes.bias").fill_(float("nan"))
    with pytest.raises(VerificationError):
        reference.check(SPEC, network)


def test_nothing_recorded_says_what_to_run(folder: Path) -> None:
    with pytest.raises(WeightsError, match="edge-convert import smile"):
        reference.recorded(SPEC)
