"""SRVGGNetCompact: plain convolutions that add detail to a picture made of larger pixels.

Source: Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure
Synthetic Data" (arXiv 2107.10833); the compact network is that of its later releases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from torch import Tensor

SCALE = 4
WIDTH = 64
LAYERS = 17
REACH = LAYERS + 1
"""Pixels that a pixel's surroundings reach: each 3x3 convolution adds one."""


class Layer(nn.Module):
    """A 3x3 convolution and the slope of each channel below zero."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, WIDTH, 3, padding=1)
        self.slope = nn.PReLU(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, 64, h, w]."""
        slanted: Tensor = self.slope(self.conv(x))
        return slanted


class Compact(nn.Module):
    """A photo [1, 3, h, w] in 0..255, four times as high and as wide.

    Every pixel becomes a square of 16, to which the network adds the detail it has learnt.
    Adding and placing are one transposed convolution: a pixel shuffle is many transposes in
    a TFLite file, this is ``DEPTH_TO_SPACE`` (:mod:`edge_convert.transpose_conv`).
    """

    squares: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(WIDTH if index else 3) for index in range(LAYERS))
        self.detail = nn.Conv2d(WIDTH, 3 * SCALE**2, 3, padding=1)
        self.register_buffer("squares", _squares(), persistent=False)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """Return the picture [1, 3, 4h, 4w] in 0..255."""
        photo = image * (1 / 255)
        x = photo
        for layer in self.layers:
            x = layer(x)
        both = torch.cat((self.detail(x), photo), dim=1)
        picture = F.conv_transpose2d(both, self.squares, stride=SCALE)
        # Not to 0..1: some releases of LiteRT's GPU refuse the operation that this becomes.
        return (torch.clamp(picture * 255, 0.0, 255.0),)


def _squares() -> Tensor:
    """Where each number goes, [48 + 3, 3, 4, 4]: detail to one place of its colour's square,
    the photo's own to all of it."""
    detail = torch.eye(3 * SCALE**2).reshape(-1, 3, SCALE, SCALE)
    photo = torch.eye(3)[:, :, None, None].expand(-1, -1, SCALE, SCALE)
    return torch.cat((detail, photo))
