"""The three networks of MTCNN (Zhang et al., Joint Face Detection and Alignment using
Multi-task Cascaded Convolutional Networks, 2016, figure 2).

Written from the paper; the layers have the names of the state dicts that facenet_pytorch
ships, each behind the name of its network (``pnet.conv1.weight``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from edge_server.networks.state_dict import fitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

CELL = 12  # pixels that the proposal network sees of a photo
STRIDE = 2


class Mtcnn(nn.Module):
    """All three, as one state dict; :mod:`edge_server.networks.mtcnn_cascade` runs them."""

    def __init__(self) -> None:
        super().__init__()
        self.pnet = ProposalNet()
        self.rnet = RefineNet()
        self.onet = OutputNet()


class ProposalNet(nn.Module):
    """Pictures [N, 3, h, w] to the probability of a face [N, i, j] and box offsets
    [N, i, j, 4] for cells of 12 pixels, two pixels apart."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = _convolution(3, 10, 3)
        self.pool1 = _pool(2)
        self.conv2, self.prelu2 = _convolution(10, 16, 3)
        self.conv3, self.prelu3 = _convolution(16, 32, 3)
        self.conv4_1 = nn.Conv2d(32, 2, 1)
        self.conv4_2 = nn.Conv2d(32, 4, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Convolutions only, so that every size of at least a cell is taken."""
        x = self.pool1(self.prelu1(self.conv1(pictures)))
        x = self.prelu2(self.conv2(x))
        x = self.prelu3(self.conv3(x))
        return self.conv4_1(x).softmax(dim=1)[:, 1], self.conv4_2(x).permute(0, 2, 3, 1)


class RefineNet(nn.Module):
    """Crops [N, 3, 24, 24] to the probability of a face [N] and box offsets [N, 4]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = _convolution(3, 28, 3)
        self.conv2, self.prelu2 = _convolution(28, 48, 3)
        self.conv3, self.prelu3 = _convolution(48, 64, 2)
        self.pool1, self.pool2 = _pool(3), _pool(3)
        self.dense4 = nn.Linear(576, 128)
        self.prelu4 = nn.PReLU(128)
        self.dense5_1 = nn.Linear(128, 2)
        self.dense5_2 = nn.Linear(128, 4)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Crops that hold one candidate each."""
        x = self.pool1(self.prelu1(self.conv1(crops)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.prelu3(self.conv3(x))
        x = self.prelu4(self.dense4(_flat(x)))
        return self.dense5_1(x).softmax(dim=1)[:, 1], self.dense5_2(x)


class OutputNet(nn.Module):
    """Crops [N, 3, 48, 48] to the probability of a face [N], box offsets [N, 4] and five
    points [N, 10]: x of all, then y of all, in 0..1 of the crop."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = _convolution(3, 32, 3)
        self.conv2, self.prelu2 = _convolution(32, 64, 3)
        self.conv3, self.prelu3 = _convolution(64, 64, 3)
        self.conv4, self.prelu4 = _convolution(64, 128, 2)
        self.pool1, self.pool2, self.pool3 = _pool(3), _pool(3), _pool(2)
        self.dense5 = nn.Linear(1152, 256)
        self.prelu5 = nn.PReLU(256)
        self.dense6_1 = nn.Linear(256, 2)
        self.dense6_2 = nn.Linear(256, 4)
        self.dense6_3 = nn.Linear(256, 10)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Crops that hold one candidate each."""
        x = self.pool1(self.prelu1(self.conv1(crops)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.pool3(self.prelu3(self.conv3(x)))
        x = self.prelu4(self.conv4(x))
        x = self.prelu5(self.dense5(_flat(x)))
        return self.dense6_1(x).softmax(dim=1)[:, 1], self.dense6_2(x), self.dense6_3(x)


def imported(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a checkpoint's tensors that are stored, checked to be all three networks.

    Raises ``WeightsError`` where they are not.
    """
    with torch.device("meta"):
        return fitting(tensors, Mtcnn())


def loaded(tensors: Mapping[str, Tensor], device: str) -> Mtcnn:
    """The networks with these weights on a device."""
    networks = Mtcnn()
    networks.load_state_dict(dict(tensors))
    return networks.eval().to(device)


def _convolution(inputs: int, outputs: int, kernel: int) -> tuple[nn.Conv2d, nn.PReLU]:
    return nn.Conv2d(inputs, outputs, kernel), nn.PReLU(outputs)


def _pool(kernel: int) -> nn.MaxPool2d:
    return nn.MaxPool2d(kernel, STRIDE, ceil_mode=True)


def _flat(x: Tensor) -> Tensor:
    """[N, c, h, w] as [N, w * h * c]: column by column, as the weights were trained."""
    return x.permute(0, 3, 2, 1).flatten(start_dim=1)
