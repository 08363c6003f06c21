from __future__ import annotations

import numpy as np
import torch
from torch import nn

from edge_convert.light_model import LightModel
from edge_convert.torch_layers import activations
from edge_convert.torch_runner import TorchRunner
from edge_runtime.spec import ModelSpec


def test_every_operation_and_the_module_it_ran_in(tiny: LightModel, network: nn.Module) -> None:
    inputs = tiny.samples()["noise1"]
    found = activations(network, tiny.spec, inputs)
    assert [(one.layer, one.operation) for one in found] == [
        ("", "permute"),
        ("", "div"),
        ("", "sub"),
        ("stem", "convolution"),
        ("", "relu"),
        ("middle", "convolution"),
        ("", "relu"),
        ("up", "convolution"),
        ("", "sigmoid"),
        ("", "mean"),
        ("", "permute"),
    ]
    assert [one.inputs for one in found[5:10]] == [(4,), (5,), (6,), (7,), (6,)]
    expected = TorchRunner(network, tiny.spec).run(inputs)
    np.testing.assert_array_equal(found[9].values, expected["pooled"])
    np.testing.assert_array_equal(found[10].values, expected["probability"])


def test_nothing_stays_behind(tiny: LightModel, network: nn.Module) -> None:
    activations(network, tiny.spec, tiny.samples()["noise1"])
    assert not any(module._forward_hooks for module in network.modules())
    assert torch.ones(1, requires_grad=True).add(1).requires_grad


def test_what_depends_on_weights_alone_is_left_out(
    mixing: tuple[nn.Module, ModelSpec],
) -> None:
    network, spec = mixing
    inputs = {
        "image": np.full((1, 32, 32, 3), 9, np.float32),
        "gains": np.ones((1, 8), np.float32),
    }
    found = activations(network, spec, inputs)
    assert "mul" in {one.operation for one in found}
    multiplied = next(one for one in found if one.operation == "mul")
    assert len(multiplied.inputs) == 2
