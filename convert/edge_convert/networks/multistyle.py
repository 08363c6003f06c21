"""Twenty-six styles in one network; the weights of a mix of them go in beside the photo.

Source: Dumoulin et al., "A Learned Representation For Artistic Style" (arXiv 1610.07629);
the widths are those of the published model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from edge_convert.networks.style_layers import (
    Residual,
    Styled,
    StyleNorm,
    doubled,
    mirrored,
)

if TYPE_CHECKING:
    from torch import Tensor

STYLES = 26
WIDTH = 32
RESIDUALS = 6


def _styled(inputs: int, outputs: int, kernel: int, stride: int = 1) -> Styled:
    norm = StyleNorm(STYLES, outputs, bias=False)
    return Styled(mirrored(inputs, outputs, kernel, stride), norm)


class MultiStyle(nn.Module):
    """A photo [1, 3, h, w] in 0..255, sides multiples of 4, painted in a mix of styles."""

    def __init__(self) -> None:
        super().__init__()
        self.contract = nn.ModuleList(
            [
                _styled(3, WIDTH, 9),
                _styled(WIDTH, WIDTH, 3, 2),
                _styled(WIDTH, WIDTH, 3, 2),
            ]
        )
        self.residuals = nn.ModuleList(
            Residual(_styled(WIDTH, WIDTH, 3), _styled(WIDTH, WIDTH, 3))
            for _ in range(RESIDUALS)
        )
        self.expand = nn.ModuleList([_styled(WIDTH, 8, 3), _styled(8, 4, 3)])
        self.paint = _styled(4, 3, 9)

    def forward(self, image: Tensor, style_weights: Tensor) -> tuple[Tensor]:
        """``style_weights`` [1, 26] sum to 1; return the picture in 0..255."""
        style = style_weights[:, :, None, None]
        x = image * (1 / 255)
        for layer in self.contract:
            x = F.relu(layer(x, style))
        for block in self.residuals:
            x = block(x, style)
        for layer in self.expand:
            x = F.relu(layer(doubled(x), style))
        return (torch.sigmoid(self.paint(x, style)) * 255,)
