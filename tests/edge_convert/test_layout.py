from __future__ import annotations

import numpy as np
import torch
from torch import nn

from edge_convert.layout import (
    NhwcBorder,
    example_inputs,
    input_names,
    output_names,
    output_shape,
)
from edge_convert.light_model import LightModel
from edge_runtime.spec import ModelSpec


def test_a_picture_goes_in_and_comes_out_nhwc(tiny: LightModel, network: nn.Module) -> None:
    image = torch.rand(1, 32, 32, 3) * 255
    mask, pooled = NhwcBorder(network, tiny.spec)(image)
    inside, means = network(image.permute(0, 3, 1, 2))
    assert mask.shape == (1, 32, 32, 1)
    assert torch.equal(mask[..., 0], inside[:, 0])
    assert torch.equal(pooled, means)


def test_names_and_examples_follow_the_spec(mixing: tuple[nn.Module, ModelSpec]) -> None:
    network, spec = mixing
    assert input_names(spec) == ("image", "gains")
    assert output_names(spec) == ("picture",)
    examples = example_inputs(spec, (32, 32))
    assert [tuple(value.shape) for value in examples] == [(1, 32, 32, 3), (1, 8)]
    assert NhwcBorder(network, spec)(*examples)[0].shape == (1, 32, 32, 3)


def test_only_pictures_grow_with_the_input(tiny: LightModel) -> None:
    assert output_shape(tiny.spec, 0, (64, 96)) == (1, 64, 96, 1)
    assert output_shape(tiny.spec, 1, (64, 96)) == (1, 32)
    assert np.prod(output_shape(tiny.spec, 0, (32, 32))) == 1024
