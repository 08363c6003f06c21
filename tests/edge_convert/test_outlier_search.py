"""The search on a network with a planted fault, converted and quantised for real."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edge_calibration.recipes import Recipe
from edge_calibration.search.journal import Journal
from edge_calibration.search.scoring import Scored, difference
from edge_calibration.search.trials import Measures, Trials
from edge_calibration.search.walk import Found, Goal, Search
from edge_convert import litert
from edge_convert.light_model import LightModel
from edge_convert.quantize import mixed
from edge_convert.weight_layers import weight_layers
from edge_runtime.interpreter import Session
from edge_runtime.spec import ModelSpec


class Planted(nn.Module):
    """``planted`` has huge weights where nothing ever comes in: float does not notice, but
    eight bits are spent on them."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2, 1)
        self.first = nn.Conv2d(32, 64, 3, padding=1)
        self.planted = nn.Conv2d(64, 32, 1)
        self.second = nn.Conv2d(32, 64, 3, padding=1)
        self.third = nn.Conv2d(64, 32, 3, padding=1)
        self.up = nn.ConvTranspose2d(32, 1, 2, 2)
        with torch.no_grad():
            self.first.weight[0] = 0
            self.first.bias[0] = -1  # never anything after the ReLU
            self.planted.weight[:, 0] = 500

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        y = F.relu(self.first(F.relu(self.stem(image / 127.5 - 1))))
        y = F.relu(self.second(F.relu(self.planted(y))))
        y = F.relu(self.third(y))
        return torch.sigmoid(20 * self.up(y)), y.mean((2, 3))


@pytest.fixture(scope="module")
def planted(tiny: LightModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("planted") / "float.tflite"
    litert.export(Planted().eval(), tiny.spec, (32, 32), path)
    return path


def measures(floats: Path, model: LightModel, place: Path) -> Measures:
    spec: ModelSpec = model.spec
    inputs = list(model.samples().values())
    wanted = [Session(floats).run(given) for given in inputs]

    def make(recipe: Recipe) -> Path:
        path = place / "trial.tflite"
        path.write_bytes(mixed(floats.read_bytes(), spec, recipe))
        return path

    def full(path: Path) -> Scored:
        session = Session(path)
        made = [session.run(given) for given in inputs]
        off = [
            difference(output, m[output.name], w)
            for m, w in zip(made, wanted, strict=True)
            for output in spec.outputs
        ]
        squared, worst, mean = zip(*off, strict=True)
        loss = float(np.mean(squared))
        return Scored(used=0, metrics={}, loss=loss, max_abs=max(worst), mean_abs=max(mean))

    return Measures(
        make=make, quick=lambda path: full(path).loss, full=full, time=lambda path: 1.0
    )


def found(floats: Path, model: LightModel, place: Path, seed: int = 0) -> Found:
    trials = Trials(
        "tiny", "1.0.0", measures(floats, model, place), Journal(place / f"{seed}.jsonl")
    )
    layers = weight_layers(floats.read_bytes())
    return Search(trials, layers, Goal(budget=40, seed=seed), gated=False).run()


@pytest.mark.parametrize("seed", [0, 1])
def test_a_planted_outlier_is_found_and_its_loss_won_back(
    seed: int, planted: Path, tiny: LightModel, tmp_path: Path
) -> None:
    result = found(planted, tiny, tmp_path, seed)
    (int8,) = (c for c in result.known if c.name == "w8")
    assert result.best.full.scored.loss <= 0.1 * int8.full.scored.loss
    assert result.best.full.bytes <= 1.2 * int8.full.bytes
    assert {is_ for name, is_ in result.best.mix.items() if "planted" in name} <= {
        "float",
        "fp16",
    }
    big = {name for name in result.best.mix if name.startswith(("second", "third"))}
    assert {result.best.mix[name] for name in big} <= {"w8", "w8_tensor", "dynamic8"}


def test_the_loss_is_the_planted_layers(
    planted: Path, tiny: LightModel, tmp_path: Path
) -> None:
    """Or the test above would show nothing: 8 bits everywhere lose far more than float16."""
    result = found(planted, tiny, tmp_path)
    known = {c.name: c.full for c in result.known}
    assert known["w8"].scored.loss > 100 * known["fp16"].scored.loss
    assert known["fp16"].bytes > 1.5 * known["w8"].bytes
