from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from edge_convert.batch_norm import BatchNorm


@pytest.mark.parametrize("groups", [1, 4])
def test_the_folded_convolution_computes_both(groups: int) -> None:
    generator = torch.Generator().manual_seed(3)
    conv = nn.Conv2d(4, 8, 3, groups=groups, bias=False)
    norm = nn.BatchNorm2d(8, eps=1e-3).eval()
    for value in (conv.weight, norm.weight, norm.bias, norm.running_mean, norm.running_var):
        value.data = torch.rand(value.shape, generator=generator) + 0.1
    weight, bias = BatchNorm(
        scale=norm.weight.detach().numpy(),
        shift=norm.bias.detach().numpy(),
        mean=norm.running_mean.numpy(),
        variance=norm.running_var.numpy(),
        epsilon=norm.eps,
    ).folded(conv.weight.detach().numpy())
    assert weight.dtype == bias.dtype == np.float32
    folded = nn.Conv2d(4, 8, 3, groups=groups)
    folded.load_state_dict({"weight": torch.tensor(weight), "bias": torch.tensor(bias)})
    x = torch.rand(1, 4, 6, 6, generator=generator)
    assert torch.allclose(folded(x), norm(conv(x)), atol=1e-5)
