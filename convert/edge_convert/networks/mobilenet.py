"""Inverted residuals, of which MobileNetV2 and EfficientNet-Lite are made.

Sources: Sandler et al., "MobileNetV2" (arXiv 1801.04381), table 2; Tan and Le,
"EfficientNet" (arXiv 1905.11946), table 1.  Batch norms are folded into the convolutions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn
from torch.nn import functional as F

from edge_convert.networks.same_padding import SameConv2d

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


@dataclass(frozen=True)
class Stage:
    """A row of the paper's table: ``repeats`` blocks, only the first of them strided."""

    expansion: int
    channels: int
    repeats: int
    stride: int
    kernel: int = 3


V2_STAGES = (
    Stage(1, 16, 1, 1),
    Stage(6, 24, 2, 2),
    Stage(6, 32, 3, 2),
    Stage(6, 64, 4, 2),
    Stage(6, 96, 3, 1),
    Stage(6, 160, 3, 2),
    Stage(6, 320, 1, 1),
)


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; what came in is added where it fits."""

    def __init__(
        self, widths: tuple[int, int, int], kernel: int, stride: int, *, odd: bool = False
    ) -> None:
        super().__init__()
        inputs, wide, outputs = widths
        self.expand = nn.Conv2d(inputs, wide, 1) if wide != inputs else None
        self.depthwise = depthwise(wide, kernel, stride, odd=odd)
        self.project = nn.Conv2d(wide, outputs, 1)
        self.adds = stride == 1 and inputs == outputs

    def expanded(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, wide, h, w]: the first step alone."""
        return x if self.expand is None else F.relu6(self.expand(x))

    def reduced(self, wide: Tensor) -> Tensor:
        """[1, wide, h, w] to [1, outputs, h / stride, w / stride]: the other two."""
        return self.project(F.relu6(self.depthwise(wide)))

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / stride, w / stride]."""
        y = self.reduced(self.expanded(x))
        return x + y if self.adds else y


def depthwise(channels: int, kernel: int, stride: int, *, odd: bool) -> nn.Conv2d:
    """One filter a channel, padded as TensorFlow's ``SAME`` pads an odd or an even side."""
    if odd:
        return nn.Conv2d(channels, channels, kernel, stride, kernel // 2, groups=channels)
    return SameConv2d(channels, channels, kernel, stride, groups=channels)


def inverted_residuals(
    stages: Sequence[Stage], inputs: int, side: int
) -> list[InvertedResidual]:
    """All the blocks of a table, for a picture of ``inputs`` channels and that side."""
    blocks = []
    for stage in stages:
        for repeat in range(stage.repeats):
            stride = 1 if repeat else stage.stride
            widths = (inputs, inputs * stage.expansion, stage.channels)
            block = InvertedResidual(widths, stage.kernel, stride, odd=side % 2 == 1)
            blocks.append(block)
            inputs, side = stage.channels, -(-side // stride)
    return blocks
