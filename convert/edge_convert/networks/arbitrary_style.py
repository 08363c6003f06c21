"""Any picture as the style: one network reads its style, another paints in it.

Source: Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural artistic
stylization network" (arXiv 1705.06830); the widths are those of the published models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from edge_convert.networks.mobilenet import V2_STAGES, inverted_residuals
from edge_convert.networks.same_padding import SameConv2d
from edge_convert.networks.style_layers import (
    Residual,
    Styled,
    StyleNorm,
    doubled,
    mirrored,
)

if TYPE_CHECKING:
    from torch import Tensor

NUMBERS = 100
PREDICTOR_SIDE = 256
WIDTH = 32
RESIDUALS = 5


class StylePredictor(nn.Module):
    """A picture [1, 3, 256, 256] in 0..255 to its style: MobileNetV2 and a bottleneck."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv2d(3, 32, 3, 2)
        self.blocks = nn.Sequential(*inverted_residuals(V2_STAGES, 32, PREDICTOR_SIDE // 2))
        self.head = nn.Conv2d(320, 1280, 1)
        self.bottleneck = nn.Conv2d(1280, NUMBERS, 1)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """Return the style as [1, 1, 1, 100]."""
        x = F.relu6(self.stem(image * (1 / 255)))
        x = F.relu6(self.head(self.blocks(x)))
        return (self.bottleneck(x.mean((2, 3), keepdim=True)).permute(0, 2, 3, 1),)


def _styled(inputs: int, outputs: int, kernel: int) -> Styled:
    norm = StyleNorm(NUMBERS, outputs, bias=True)
    return Styled(mirrored(inputs, outputs, kernel), norm)


def _plain(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, padding_mode="reflect")


class ArbitraryStyle(nn.Module):
    """A photo [1, 3, h, w] in 0..255, sides multiples of 4, painted in a style."""

    def __init__(self) -> None:
        super().__init__()
        self.contract = nn.ModuleList(
            [_plain(3, 8, 9), _plain(8, 16, 3, 2), _plain(16, WIDTH, 3, 2)]
        )
        self.residuals = nn.ModuleList(
            Residual(_styled(WIDTH, WIDTH, 3), _styled(WIDTH, WIDTH, 3))
            for _ in range(RESIDUALS)
        )
        self.expand = nn.ModuleList([_styled(WIDTH, 16, 3), _styled(16, 8, 3)])
        self.paint = _styled(8, 3, 9)

    def forward(self, image: Tensor, style_vector: Tensor) -> tuple[Tensor]:
        """``style_vector`` [1, 1, 1, 100]; return the picture in 0..255."""
        style = style_vector.permute(0, 3, 1, 2)
        x = image * (1 / 255)
        for conv in self.contract:
            x = F.relu(conv(x))
        for block in self.residuals:
            x = block(x, style)
        for layer in self.expand:
            x = F.relu(layer(doubled(x), style))
        return (torch.sigmoid(self.paint(x, style)) * 255,)
