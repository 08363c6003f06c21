"""MediaPipe face mesh: 468 points on a face that fills the picture.

Source: Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile
GPUs" (arXiv 1907.06724), and the graph of the published model (Apache-2.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from edge_convert.networks.same_padding import SameConv2d

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 192
POINTS = 468


class MeshBlock(nn.Module):
    """Depthwise 3x3, then 1x1; the input is added, pooled and padded to fit; PReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = SameConv2d(inputs, inputs, 3, stride, groups=inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)
        self.activation = nn.PReLU(outputs)
        self.stride = stride
        self.more = outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / stride, w / stride]."""
        y = self.pointwise(self.depthwise(x))
        skip = F.max_pool2d(x, 2) if self.stride == 2 else x
        if self.more:
            skip = F.pad(skip, (0, 0, 0, 0, 0, self.more))
        return self.activation(skip + y)


class Readout(nn.Module):
    """Features [1, 128, 3, 3] to numbers: narrow, look again, fold the 3x3 into one."""

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(128, 32, 1)
        self.activation = nn.PReLU(32)
        self.block = MeshBlock(32, 32)
        self.fold = nn.Conv2d(32, numbers, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return [1, numbers, 1, 1]."""
        return self.fold(self.block(self.activation(self.narrow(x))))


class FaceMesh(nn.Module):
    """A face [1, 3, 192, 192] in 0..255 to its points and whether it is one."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv2d(3, 16, 3, 2)
        self.activation = nn.PReLU(16)
        self.trunk = nn.Sequential(
            MeshBlock(16, 16),
            MeshBlock(16, 16),
            MeshBlock(16, 32, 2),
            MeshBlock(32, 32),
            MeshBlock(32, 32),
            MeshBlock(32, 64, 2),
            MeshBlock(64, 64),
            MeshBlock(64, 64),
            MeshBlock(64, 128, 2),
            MeshBlock(128, 128),
            MeshBlock(128, 128),
            MeshBlock(128, 128, 2),
            MeshBlock(128, 128),
            MeshBlock(128, 128),
        )
        self.shape = nn.Sequential(
            MeshBlock(128, 128, 2),
            MeshBlock(128, 128),
            MeshBlock(128, 128),
            Readout(3 * POINTS),
        )
        self.presence = nn.Sequential(MeshBlock(128, 128, 2), Readout(1))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return points_xyz [1, 468, 3], divided by the side, and presence [1, 1]."""
        x = self.trunk(self.activation(self.stem(image / 255)))
        points = self.shape(x).reshape(1, POINTS, 3) / SIDE
        return points, torch.sigmoid(self.presence(x).reshape(1, 1))
