"""EfficientNet-Lite0: EfficientNet without what small processors are slow at.

Source: Tan and Le, "EfficientNet" (arXiv 1905.11946), table 1, with ReLU6 and without
squeeze and excitation; the graph of the published model (Apache-2.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from edge_convert.networks.mobilenet import Stage, inverted_residuals
from edge_convert.networks.same_padding import SameConv2d

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 224
CLASSES = 1000
STAGES = (
    Stage(1, 16, 1, 1),
    Stage(6, 24, 2, 2),
    Stage(6, 40, 2, 2, kernel=5),
    Stage(6, 80, 3, 2),
    Stage(6, 112, 3, 1, kernel=5),
    Stage(6, 192, 4, 2, kernel=5),
    Stage(6, 320, 1, 1),
)


class EfficientNetLite0(nn.Module):
    """A photo [1, 3, 224, 224] in 0..255 to the probability of each class [1, 1000]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv2d(3, 32, 3, 2)
        self.blocks = nn.Sequential(*inverted_residuals(STAGES, 32, SIDE // 2))
        self.head = nn.Conv2d(320, 1280, 1)
        self.classes = nn.Linear(1280, CLASSES)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """Return the probabilities as the only output."""
        x = F.relu6(self.stem((image - 127) * (1 / 128)))
        x = F.relu6(self.head(self.blocks(x)))
        pooled = x.mean((2, 3), keepdim=True).flatten(1)
        return (torch.softmax(self.classes(pooled), dim=1),)
