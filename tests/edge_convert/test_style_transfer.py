from __future__ import annotations

import numpy as np
import pytest
import torch

from edge_convert.light_model import light_model
from edge_convert.torch_runner import TorchRunner
from edge_convert.weights import load_network
from edge_runtime.bundle import Bundle
from edge_runtime.interpreter import Session


@pytest.mark.parametrize("model_id", ["style-transfer", "style-transfer-any"])
@pytest.mark.parametrize("size_hw", [(64, 96), (132, 100)])
def test_the_phones_very_file_paints_any_size(model_id: str, size_hw: tuple[int, int]) -> None:
    model, bundle = light_model(model_id), Bundle.open()
    path = bundle.file(bundle.entry(model_id))[1]
    inputs = dict(next(iter(model.samples().values())))
    top, left = 80, 140
    inputs["image"] = inputs["image"][
        :, top : top + size_hw[0], left : left + size_hw[1]
    ].copy()
    painted = Session(path, size_hw=size_hw).run(inputs)["picture"]
    wanted = TorchRunner(load_network(model), model.spec).run(inputs)["picture"]
    assert painted.shape == wanted.shape == (1, *size_hw, 3)
    noise = np.mean((painted - wanted) ** 2)
    assert 10 * np.log10(255**2 / noise) > 40  # dB; int8 weights alone leave about 50


def test_a_mix_lies_between_its_styles() -> None:
    model = light_model("style-transfer")
    runner = TorchRunner(load_network(model), model.spec)
    image = next(iter(model.samples().values()))["image"][:, :64, :64].copy()
    weights = torch.eye(26).numpy()
    one, other, mix = (
        runner.run({"image": image, "style_weights": w[None]})["picture"].mean()
        for w in (weights[6], weights[8], (weights[6] + weights[8]) / 2)
    )
    assert one < mix < other  # night, and snow
