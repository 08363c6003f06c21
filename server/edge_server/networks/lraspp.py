"""LR-ASPP with skips on a MobileNetV3-Large (Howard et al., "Searching for MobileNetV3",
2019), as it was trained for street scenes and published with ``fastseg``.

The names of the tensors are those of that publication.  The trunk keeps an eighth of the
photo's size: its last strides are given up for dilation.  The head joins features of an
eighth, a quarter and half of the size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.functional import (
    avg_pool2d,
    hardsigmoid,
    hardswish,
    interpolate,
    pad,
    relu,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_EPSILON = 1e-3  # of the trunk's normalisation, as in TensorFlow
_FILTERS = 128
_POOL = (49, 49)
_POOL_STRIDE = (16, 20)


@dataclass(frozen=True, kw_only=True)
class _Block:
    """An inverted residual: channels in, in the middle, out; ``squeeze``: of these channels
    is the bottleneck of its squeeze-and-excitation, none where it has none."""

    channels: tuple[int, int, int]
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    squeeze: int = 0
    swish: bool = False


_STAGES = (
    (
        _Block(channels=(16, 64, 24), stride=2),
        _Block(channels=(24, 72, 24)),
    ),
    (
        _Block(channels=(24, 72, 40), kernel=5, stride=2, squeeze=24),
        _Block(channels=(40, 120, 40), kernel=5, squeeze=32),
        _Block(channels=(40, 120, 40), kernel=5, squeeze=32),
    ),
    (
        _Block(channels=(40, 240, 80), dilation=2, swish=True),
        _Block(channels=(80, 200, 80), dilation=2, swish=True),
        _Block(channels=(80, 184, 80), dilation=2, swish=True),
        _Block(channels=(80, 184, 80), dilation=2, swish=True),
    ),
    (
        _Block(channels=(80, 480, 112), dilation=2, squeeze=120, swish=True),
        _Block(channels=(112, 672, 112), dilation=2, squeeze=168, swish=True),
    ),
    (
        _Block(channels=(112, 672, 160), kernel=5, dilation=4, squeeze=168, swish=True),
        _Block(channels=(160, 960, 160), kernel=5, dilation=4, squeeze=240, swish=True),
        _Block(channels=(160, 960, 160), kernel=5, dilation=4, squeeze=240, swish=True),
    ),
)


class _SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow does: where the stride leaves a remainder, the
    right and the bottom get the odd pixel."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        sides = []
        for axis in (1, 0):
            reach = self.dilation[axis] * (self.kernel_size[axis] - 1)
            over = (features.shape[2 + axis] - 1) % self.stride[axis]
            total = max(reach - over, 0)
            sides += [total // 2, total - total // 2]
        return super().forward(pad(features, sides))


def _depthwise(channels: int, block: _Block) -> nn.Conv2d:
    return _SameConv2d(
        channels,
        channels,
        block.kernel,
        block.stride,
        dilation=block.dilation,
        groups=channels,
        bias=False,
    )


class _Squeeze(nn.Module):
    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.conv_reduce = nn.Conv2d(channels, squeezed, 1)
        self.conv_expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        mean = features.mean((2, 3), keepdim=True)
        return features * hardsigmoid(self.conv_expand(relu(self.conv_reduce(mean))))


class _Inverted(nn.Module):
    def __init__(self, block: _Block) -> None:
        super().__init__()
        inside, middle, outside = block.channels
        self.conv_pw = nn.Conv2d(inside, middle, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(middle, eps=_EPSILON)
        self.conv_dw = _depthwise(middle, block)
        self.bn2 = nn.BatchNorm2d(middle, eps=_EPSILON)
        self.se = _Squeeze(middle, block.squeeze) if block.squeeze else nn.Identity()
        self.conv_pwl = nn.Conv2d(middle, outside, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outside, eps=_EPSILON)
        self.bend: Callable[[torch.Tensor], torch.Tensor] = hardswish if block.swish else relu
        self.adds = block.stride == 1 and inside == outside

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        wide = self.bend(self.bn1(self.conv_pw(features)))
        moved = self.se(self.bend(self.bn2(self.conv_dw(wide))))
        narrow = self.bn3(self.conv_pwl(moved))
        return narrow + features if self.adds else narrow


class _Separable(nn.Module):
    """The first block: depthwise, then pointwise."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_dw = _depthwise(channels, _Block(channels=(channels, channels, channels)))
        self.bn1 = nn.BatchNorm2d(channels, eps=_EPSILON)
        self.conv_pw = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels, eps=_EPSILON)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features + self.bn2(self.conv_pw(relu(self.bn1(self.conv_dw(features)))))


class _Last(nn.Module):
    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside, eps=_EPSILON)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return hardswish(self.bn1(self.conv(features)))


class _Trunk(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.early = nn.Sequential(
            _SameConv2d(3, 16, 3, 2, bias=False),
            nn.BatchNorm2d(16, eps=_EPSILON),
            nn.Hardswish(),
        )
        self.block0 = nn.Sequential(_Separable(16))
        for number, stage in enumerate(_STAGES, start=1):
            setattr(self, f"block{number}", nn.Sequential(*map(_Inverted, stage)))
        self.block6 = nn.Sequential(_Last(160, 960))

    def forward(
        self, pictures: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        half = self.block0(self.early(pictures))
        quarter = features = self.get_submodule("block1")(half)
        for number in range(2, 7):
            features = self.get_submodule(f"block{number}")(features)
        return half, quarter, features


class _Joined(nn.Module):
    def __init__(self, inside: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, _FILTERS, 1, bias=False)
        self.bn = nn.BatchNorm2d(_FILTERS)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return relu(self.bn(self.conv(features)))


class LrAspp(nn.Module):
    """Scores [N, classes, H, W] of pictures [N, 3, H, W], normalised as for ImageNet."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.trunk = _Trunk()
        self.aspp_conv1 = nn.Sequential(
            nn.Conv2d(960, _FILTERS, 1, bias=False), nn.BatchNorm2d(_FILTERS), nn.ReLU()
        )
        self.aspp_conv2 = nn.Sequential(
            nn.Identity(), nn.Conv2d(960, _FILTERS, 1, bias=False), nn.Sigmoid()
        )
        self.convs2 = nn.Conv2d(16, 32, 1, bias=False)
        self.convs4 = nn.Conv2d(24, 64, 1, bias=False)
        self.conv_up1 = nn.Conv2d(_FILTERS, _FILTERS, 1)
        self.conv_up2 = _Joined(_FILTERS + 64)
        self.conv_up3 = _Joined(_FILTERS + 32)
        self.last = nn.Conv2d(_FILTERS, classes, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """The scores; the pool's kernel shrinks where a picture is smaller than it."""
        half, quarter, deep = self.trunk(pictures)
        height, width = deep.shape[2:]
        kernel = (min(_POOL[0], height), min(_POOL[1], width))
        pooled = self.aspp_conv2(avg_pool2d(deep, kernel, _POOL_STRIDE))
        gate = interpolate(pooled, (height, width), mode="bilinear", align_corners=True)
        found = self.conv_up1(self.aspp_conv1(deep) * gate)
        found = self.conv_up2(torch.cat([_grown(found, quarter), self.convs4(quarter)], 1))
        found = self.conv_up3(torch.cat([_grown(found, half), self.convs2(half)], 1))
        return _grown(self.last(found), pictures)


def _grown(features: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    size: Any = like.shape[2:]
    return interpolate(features, size=size, mode="bilinear", align_corners=False)
