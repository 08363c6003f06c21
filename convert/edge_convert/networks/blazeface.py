"""BlazeFace: faces as boxes with six points, from one look at the photo.

Source: Bazarevsky et al., "BlazeFace" (arXiv 1907.05047), and the graphs of the published
models (Apache-2.0).  Anchors are decoded here, so that boxes, points and scores come out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from edge_convert.networks.same_padding import SameConv2d

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

POINTS = 6


class BlazeBlock(nn.Module):
    """Depthwise 3x3, then 1x1; the input is added, pooled and padded to fit."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = SameConv2d(inputs, inputs, 3, stride, groups=inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)
        self.stride = stride
        self.more = outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / stride, w / stride]."""
        y = self.pointwise(self.depthwise(x))
        skip = F.max_pool2d(x, 2) if self.stride == 2 else x
        if self.more:
            skip = F.pad(skip, (0, 0, 0, 0, 0, self.more))
        return F.relu(skip + y)


class DoubleBlazeBlock(nn.Module):
    """Two depthwise convolutions with a narrow waist; the input is added where it fits."""

    def __init__(self, inputs: int, waist: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs)
        self.narrow = nn.Conv2d(inputs, waist, 1)
        self.second = nn.Conv2d(waist, waist, 3, padding=1, groups=waist)
        self.widen = nn.Conv2d(waist, outputs, 1)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / stride, w / stride]."""
        y = self.widen(self.second(F.relu(self.narrow(self.first(x)))))
        return F.relu(x + y if self.adds else y)


class Anchors(nn.Module):
    """Raw numbers of each anchor to a box, six points and a score.

    ``grids`` lists (cells along a side, anchors a cell); the centre of an anchor is that
    of its cell, its size is 1, and the raw numbers are in pixels of an input of ``side``.
    """

    centres: Tensor

    def __init__(self, side: int, grids: Sequence[tuple[int, int]]) -> None:
        super().__init__()
        self.side = side
        centres = torch.cat([_centres(cells, count) for cells, count in grids])
        self.register_buffer("centres", centres[None], persistent=False)

    def forward(self, raw: Tensor, logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[1, N, 16] and [1, N] to boxes [1, N, 4], points [1, N, 6, 2], scores [1, N]."""
        scaled = raw / self.side
        centre = scaled[..., 0:2] + self.centres
        half = scaled[..., 2:4] * 0.5
        points = scaled[..., 4:].reshape(1, -1, POINTS, 2) + self.centres[:, :, None]
        boxes = torch.cat([centre - half, centre + half], dim=2)
        scores = torch.sigmoid(logits.clamp(-100, 100))
        return boxes, points, scores


class ShortRange(nn.Module):
    """The detector for selfies: a photo [1, 3, 128, 128] in 0..255."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv2d(3, 24, 5, 2)
        self.fine = nn.Sequential(
            BlazeBlock(24, 24),
            BlazeBlock(24, 28),
            BlazeBlock(28, 32, 2),
            BlazeBlock(32, 36),
            BlazeBlock(36, 42),
            BlazeBlock(42, 48, 2),
            *(BlazeBlock(width, width + 8) for width in range(48, 88, 8)),
        )
        self.coarse = nn.Sequential(
            BlazeBlock(88, 96, 2), *(BlazeBlock(96, 96) for _ in range(4))
        )
        self.fine_scores = nn.Conv2d(88, 2, 1)
        self.coarse_scores = nn.Conv2d(96, 6, 1)
        self.fine_shapes = nn.Conv2d(88, 32, 1)
        self.coarse_shapes = nn.Conv2d(96, 96, 1)
        self.anchors = Anchors(128, ((16, 2), (8, 6)))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return boxes_xyxy [1, 896, 4], points_xy [1, 896, 6, 2], scores [1, 896]."""
        fine = self.fine(F.relu(self.stem(image / 127.5 - 1)))
        coarse = self.coarse(fine)
        shapes = (_rows(self.fine_shapes(fine), 16), _rows(self.coarse_shapes(coarse), 16))
        logits = (_rows(self.fine_scores(fine), 1), _rows(self.coarse_scores(coarse), 1))
        return self.anchors(torch.cat(shapes, 1), torch.cat(logits, 1).reshape(1, -1))


class FullRange(nn.Module):
    """The detector for faces farther away: a photo [1, 3, 192, 192] in 0..255."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2, 1)
        self.down2 = _stage(32, 8, 2)
        self.down4 = _down(32, 16, 64)
        self.down4_side = nn.Conv2d(64, 48, 1)
        self.down8 = _down(64, 32, 128)
        self.down8_side = nn.Conv2d(128, 64, 1)
        self.down16 = _down(128, 48, 192)
        self.down16_side = nn.Conv2d(192, 96, 1)
        self.down32 = _down(192, 96, 384, blocks=3)
        self.down32_side = nn.Conv2d(384, 96, 1)
        self.up16 = _stage(96, 48, 2)
        self.up16_side = nn.Conv2d(96, 64, 1)
        self.up8 = _stage(64, 32, 2)
        self.up8_side = nn.Conv2d(64, 48, 1)
        self.up4 = _stage(48, 24, 1)
        self.score_mix = nn.Conv2d(48, 4, 1)
        self.scores = nn.Conv2d(4, 4, 3, 2, 1, groups=4)
        self.shape_mix = nn.Conv2d(48, 64, 1)
        self.shapes = nn.Conv2d(64, 64, 3, 2, 1, groups=64)
        self.anchors = Anchors(192, ((48, 1),))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return boxes_xyxy [1, 2304, 4], points_xy [1, 2304, 6, 2], scores [1, 2304]."""
        x = self._features(image / 127.5 - 1)
        logits = F.pixel_shuffle(self.scores(self.score_mix(x)), 2)
        shapes = F.pixel_shuffle(self.shapes(self.shape_mix(x)), 2)
        return self.anchors(_rows(shapes, 16), logits.reshape(1, -1))

    def _features(self, x: Tensor) -> Tensor:
        quarter = self.down4(self.down2(F.relu(self.stem(x))))
        eighth = self.down8(quarter)
        sixteenth = self.down16(eighth)
        x = F.relu(self.down32_side(self.down32(sixteenth)))
        x = self.up16(_twice(x) + F.relu(self.down16_side(sixteenth)))
        x = self.up8(_twice(F.relu(self.up16_side(x))) + F.relu(self.down8_side(eighth)))
        return self.up4(_twice(F.relu(self.up8_side(x))) + F.relu(self.down4_side(quarter)))


def _stage(width: int, waist: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(DoubleBlazeBlock(width, waist, width) for _ in range(blocks)))


def _down(inputs: int, waist: int, outputs: int, blocks: int = 2) -> nn.Sequential:
    first = DoubleBlazeBlock(inputs, waist, outputs, 2)
    return nn.Sequential(first, *_stage(outputs, waist, blocks))


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear")


def _rows(x: Tensor, width: int) -> Tensor:
    """[1, anchors * width, h, w] to [1, h * w * anchors, width], cell by cell."""
    return x.permute(0, 2, 3, 1).reshape(1, -1, width)


def _centres(cells: int, count: int) -> Tensor:
    """Centres (x, y) of the cells of a grid in 0..1, row by row, each ``count`` times."""
    middle = (torch.arange(cells, dtype=torch.float32) + 0.5) / cells
    y, x = torch.meshgrid(middle, middle, indexing="ij")
    return torch.stack([x, y], dim=-1).reshape(-1, 2).repeat_interleave(count, 0)
