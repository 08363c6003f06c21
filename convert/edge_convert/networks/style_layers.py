"""What the style networks are made of: mirrored borders, and norms that carry the style.

Source: Dumoulin et al., "A Learned Representation For Artistic Style" (arXiv 1610.07629).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from torch import Tensor

EPSILON = 1e-5
# Some styles reach 400 here, whose square is more than float16 holds (65504): painted in
# half precision they came out wrong.  A power of two changes no bit of a float32 result.
SMALLER = 0.125


class StyleNorm(nn.Module):
    """Conditional instance normalisation: the style sets each channel's mean and spread.

    ``style`` is a column [1, numbers, 1, 1]; scale and shift are linear in it.
    """

    def __init__(self, numbers: int, channels: int, *, bias: bool) -> None:
        super().__init__()
        self.scale = nn.Conv2d(numbers, channels, 1, bias=bias)
        self.shift = nn.Conv2d(numbers, channels, 1, bias=bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """[1, channels, h, w], the same size comes out."""
        centred = x - x.mean((2, 3), keepdim=True)
        small = centred * SMALLER
        variance = (small * small).mean((2, 3), keepdim=True)
        spread = self.scale(style) * (torch.rsqrt(variance + EPSILON * SMALLER**2) * SMALLER)
        return centred * spread + self.shift(style)


def mirrored(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """Return a convolution without bias, whose input is mirrored at its border."""
    return nn.Conv2d(
        inputs, outputs, kernel, stride, kernel // 2, bias=False, padding_mode="reflect"
    )


class Styled(nn.Module):
    """A convolution and the norm that gives it its style."""

    def __init__(self, conv: nn.Conv2d, norm: StyleNorm) -> None:
        super().__init__()
        self.conv = conv
        self.norm = norm

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / stride, w / stride]."""
        return self.norm(self.conv(x), style)


class Residual(nn.Module):
    """Two styled convolutions; what came in is added."""

    def __init__(self, first: Styled, second: Styled) -> None:
        super().__init__()
        self.first = first
        self.second = second

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """[1, channels, h, w], the same size comes out."""
        return x + self.second(F.relu(self.first(x, style)), style)


def doubled(x: Tensor) -> Tensor:
    """Every pixel as a square of four."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
