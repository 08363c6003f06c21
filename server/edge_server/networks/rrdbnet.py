"""RRDBNet: residual in residual dense blocks (Wang et al., ESRGAN, 2018, section 3.1).

Written from the paper; the layers have the names of the state dicts that Real-ESRGAN
publishes, which load as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional as F

from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from edge_server.weights.ncnn_files import Convolution

SCALE = 4
_SLOPE = 0.2
_RESIDUAL = 0.2
_DENSE = 5  # convolutions in a dense block


class RRDBNet(nn.Module):
    """Pictures [N, 3, h, w] in 0..1 to [N, 3, 4h, 4w], a little beyond 0..1 at times."""

    def __init__(self, blocks: int = 23, features: int = 64, growth: int = 32) -> None:
        super().__init__()
        self.conv_first = _conv(3, features)
        self.body = nn.Sequential(*(Rrdb(features, growth) for _ in range(blocks)))
        self.conv_body = _conv(features, features)
        self.conv_up1 = _conv(features, features)
        self.conv_up2 = _conv(features, features)
        self.conv_hr = _conv(features, features)
        self.conv_last = _conv(features, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        """Twice the size, twice, by the nearest pixel and a convolution."""
        x = self.conv_first(pictures)
        x = x + self.conv_body(self.body(x))
        x = _leaky(self.conv_up1(F.interpolate(x, scale_factor=2.0, mode="nearest")))
        x = _leaky(self.conv_up2(F.interpolate(x, scale_factor=2.0, mode="nearest")))
        return self.conv_last(_leaky(self.conv_hr(x)))


class DenseBlock(nn.Module):
    """Five convolutions, each given all before it; a fifth of what they find is added."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        for number in range(1, _DENSE + 1):
            outputs = features if number == _DENSE else growth
            inputs = features + (number - 1) * growth
            self.add_module(f"conv{number}", _conv(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        """[N, features, h, w], and so it comes out."""
        *grow, last = self.children()
        seen = x
        for conv in grow:
            seen = torch.cat([seen, _leaky(conv(seen))], 1)
        return torch.add(x, last(seen), alpha=_RESIDUAL)


class Rrdb(nn.Module):
    """Three dense blocks and the way around them."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(features, growth)
        self.rdb2 = DenseBlock(features, growth)
        self.rdb3 = DenseBlock(features, growth)

    def forward(self, x: Tensor) -> Tensor:
        """[N, features, h, w], and so it comes out."""
        return torch.add(x, self.rdb3(self.rdb2(self.rdb1(x))), alpha=_RESIDUAL)


def network_for(tensors: Mapping[str, Any]) -> RRDBNet:
    """A network of as many blocks as these tensors are of, its own weights not set.

    Raises ``WeightsError`` where they are of none.
    """
    blocks = {name.split(".")[1] for name in tensors if name.startswith("body.")}
    first, dense = tensors.get("conv_first.weight"), tensors.get("body.0.rdb1.conv1.weight")
    if first is None or dense is None or first.shape[1] != 3:
        raise WeightsError(
            "the file is no RRDBNet that makes three channels four times as large: give"
            " RealESRGAN_x4plus.pth or one like it"
        )
    return RRDBNet(len(blocks), features=first.shape[0], growth=dense.shape[0])


def named(convolutions: Sequence[Convolution]) -> dict[str, Any]:
    """The state dict of the convolutions of an RRDBNet in the order in which they run."""
    around = 6
    blocks = (len(convolutions) - around) // (3 * _DENSE)
    inside = [
        f"body.{block}.rdb{dense}.conv{number}"
        for block in range(blocks)
        for dense in (1, 2, 3)
        for number in range(1, _DENSE + 1)
    ]
    after = ("conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last")
    names = ("conv_first", *inside, *after)
    if blocks < 1 or len(names) != len(convolutions):
        raise WeightsError(f"{len(convolutions)} convolutions are no RRDBNet")
    pairs = zip(names, convolutions, strict=True)
    return {
        f"{name}.{part}": getattr(convolution, part)
        for name, convolution in pairs
        for part in ("weight", "bias")
    }


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, _SLOPE, inplace=not torch.is_grad_enabled())
