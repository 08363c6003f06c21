from __future__ import annotations

import numpy as np

from edge_convert.light_model import light_model
from edge_convert.torch_runner import TorchRunner
from edge_convert.weights import load_network


def test_pictures_are_nhwc_on_both_sides() -> None:
    model = light_model("portrait-segmentation-landscape")
    runner = TorchRunner(load_network(model), model.spec)
    outputs = runner.run({"image": np.zeros((1, 144, 256, 3), np.float32)})
    assert {name: value.shape for name, value in outputs.items()} == {
        "probability": (1, 144, 256, 1)
    }
    assert outputs["probability"].dtype == np.float32


def test_outputs_come_by_the_names_of_the_spec() -> None:
    model = light_model("face-detection-short")
    runner = TorchRunner(load_network(model), model.spec)
    outputs = runner.run({"image": np.zeros((1, 128, 128, 3), np.float32)})
    assert {name: value.shape for name, value in outputs.items()} == {
        output.name: output.shape for output in model.spec.outputs
    }
