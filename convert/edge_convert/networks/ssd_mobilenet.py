"""SSD on MobileNetV2: boxes of eighty kinds of things, from one look at the photo.

Sources: Liu et al., "SSD" (arXiv 1512.02325); Sandler et al., "MobileNetV2" (arXiv
1801.04381); the graph of the published model (Apache-2.0).  Boxes are decoded here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from edge_convert.networks.mobilenet import V2_STAGES, depthwise, inverted_residuals
from edge_convert.networks.same_padding import SameConv2d

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 300
CLASSES = 80
TAP = 13  # the block whose expanded input is the finest feature map
GRIDS = (19, 10, 5, 3, 2, 1)
WIDTHS = (576, 1280, 512, 256, 256, 128)
# The size of an anchor (the square root of its area, as a part of the picture) on each
# grid; the last closes the row of geometric means.
SIZES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0)
RATIOS = (1.0, 2.0, 0.5, 3.0, 0.3333)  # width by height; the last is the source's third
SMALL = 0.1  # the finest grid has one small square, and two of the ratios


class Coarser(nn.Module):
    """One grid coarser: squeeze, filter each channel at stride 2, widen."""

    def __init__(self, inputs: int, outputs: int, side: int) -> None:
        super().__init__()
        narrow = outputs // 2
        self.squeeze = nn.Conv2d(inputs, narrow, 1)
        self.depthwise = depthwise(narrow, 3, 2, odd=side % 2 == 1)
        self.widen = nn.Conv2d(narrow, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / 2, w / 2], rounded up."""
        return F.relu6(self.widen(F.relu6(self.depthwise(F.relu6(self.squeeze(x))))))


class Predictor(nn.Module):
    """Raw boxes and class logits of every anchor of a grid."""

    def __init__(self, inputs: int, anchors: int) -> None:
        super().__init__()
        self.boxes = nn.Conv2d(inputs, anchors * 4, 3, padding=1)
        self.classes = nn.Conv2d(inputs, anchors * CLASSES, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """[1, inputs, h, w] to [1, h * w * anchors, 4] and [1, h * w * anchors, 80]."""
        boxes, classes = self.boxes(x), self.classes(x)
        return (
            boxes.permute(0, 2, 3, 1).reshape(1, -1, 4),
            classes.permute(0, 2, 3, 1).reshape(1, -1, CLASSES),
        )


class SsdMobileNet(nn.Module):
    """A photo [1, 3, 300, 300] in 0..255 to boxes and scores of 1917 anchors."""

    centres: Tensor
    sizes: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv2d(3, 32, 3, 2)
        blocks = inverted_residuals(V2_STAGES, 32, SIDE // 2)
        self.early = nn.Sequential(*blocks[:TAP])
        self.tap = blocks[TAP]
        self.late = nn.Sequential(*blocks[TAP + 1 :])
        self.head = nn.Conv2d(320, 1280, 1)
        self.coarser = nn.ModuleList(
            Coarser(WIDTHS[i], WIDTHS[i + 1], GRIDS[i]) for i in range(1, len(GRIDS) - 1)
        )
        self.predictors = nn.ModuleList(
            Predictor(width, len(_shapes(level))) for level, width in enumerate(WIDTHS)
        )
        anchors = torch.cat([_anchors(level) for level in range(len(GRIDS))])[None]
        self.register_buffer("centres", anchors[..., :2].clone(), persistent=False)
        self.register_buffer("sizes", anchors[..., 2:].clone(), persistent=False)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return boxes [1, 1917, 4] (x0, y0, x1, y1 in 0..1) and scores [1, 1917, 80]."""
        found = [
            predictor(features)
            for predictor, features in zip(self.predictors, self.features(image), strict=True)
        ]
        boxes = torch.cat([boxes for boxes, _ in found], dim=1)
        logits = torch.cat([classes for _, classes in found], dim=1)
        return self.decoded(boxes), torch.sigmoid(logits)

    def features(self, image: Tensor) -> list[Tensor]:
        """The six feature maps, the finest first."""
        x = F.relu6(self.stem(image * (2 / 255) - 1))
        finest = self.tap.expanded(self.early(x))
        x = self.late(self.tap.reduced(finest))
        maps = [finest, F.relu6(self.head(x))]
        for step in self.coarser:
            maps.append(step(maps[-1]))
        return maps

    def decoded(self, raw: Tensor) -> Tensor:
        """Raw numbers [1, N, 4] (x, y, width, height, about the anchors) to corners."""
        centre = self.centres + raw[..., :2] * 0.1 * self.sizes
        half = torch.exp(raw[..., 2:] * 0.2) * (self.sizes * 0.5)
        return torch.cat([centre - half, centre + half], dim=-1).clamp(0, 1)


def _shapes(level: int) -> list[tuple[float, float]]:
    """Width and height of each anchor of a cell (section 2.2 of the SSD paper)."""
    size = SIZES[level]
    if level == 0:
        return [(SMALL, SMALL), *(_shape(size, ratio) for ratio in RATIOS[1:3])]
    between = (size * SIZES[level + 1]) ** 0.5
    return [*(_shape(size, ratio) for ratio in RATIOS), (between, between)]


def _shape(size: float, ratio: float) -> tuple[float, float]:
    return size * ratio**0.5, size / ratio**0.5


def _anchors(level: int) -> Tensor:
    """[cells * cells * anchors, 4]: centre x, y, width, height; rows of the grid first."""
    cells, shapes = GRIDS[level], torch.tensor(_shapes(level))
    along = (torch.arange(cells) + 0.5) / cells
    y, x = torch.meshgrid(along, along, indexing="ij")
    centres = torch.stack([x, y], dim=-1).reshape(-1, 1, 2).expand(-1, len(shapes), 2)
    return torch.cat([centres, shapes.expand(len(centres), -1, 2)], dim=-1).reshape(-1, 4)
