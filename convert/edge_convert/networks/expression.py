"""The expression on a face, in seven classes: a small network of separable convolutions.

Source: Arriaga et al., "Real-time Convolutional Neural Networks for Emotion and Gender
Classification" (arXiv 1710.07557), and the graph of the published model (MIT).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from torch import Tensor

CLASSES = 7


class Separable(nn.Module):
    """Each channel filtered alone, then all of them mixed."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h, w]."""
        return self.pointwise(self.depthwise(x))


class Residual(nn.Module):
    """Two separable convolutions, pooled, beside a strided 1x1 of the input."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.skip = nn.Conv2d(inputs, outputs, 1, 2)
        self.first = Separable(inputs, outputs)
        self.second = Separable(outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / 2, w / 2], rounded up."""
        y = self.second(F.relu(self.first(F.relu(x))))
        return F.max_pool2d(y, 3, 2, 1) + self.skip(x)


class Expression(nn.Module):
    """A face [1, 3, 64, 64] in 0..255 to the probability of each expression [1, 7]."""

    luma: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 32, 3, 2)
        self.second = nn.Conv2d(32, 64, 3)
        self.wide = Residual(64, 128)
        self.wider = Residual(128, 256)
        self.classes = nn.Conv2d(256, CLASSES, 3, padding=1)
        luma = torch.tensor([0.299, 0.587, 0.114]).reshape(1, 3, 1, 1)
        self.register_buffer("luma", luma, persistent=False)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """Return the probabilities as the only output."""
        grey = F.conv2d(image, self.luma) / 127.5 - 1
        x = F.relu(self.second(F.relu(self.first(grey))))
        x = self.classes(self.wider(self.wide(x)))
        return (torch.softmax(x.mean((2, 3), keepdim=True).flatten(1), dim=1),)
