"""A residual network that makes 128 numbers of a face (King, dlib's
``dnn_face_recognition_ex``, after He et al., Deep Residual Learning, 2015).

Written from the description of its layers.  The scale and shift behind each convolution are
part of it here: they were multiplied into its weights when the file was imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from edge_server.networks.state_dict import fitting
from edge_server.weights.dlib_files import read_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

SIDE = 150
NUMBERS = 128
_MEAN = (122.782, 117.001, 104.298)
_RANGE = 256.0
# Channels and blocks of each group; all but the first begin with half the size.
_GROUPS = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))


class FaceResNet(nn.Module):
    """Chips [N, 3, 150, 150] in 0..255 to vectors [N, 128]."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, _GROUPS[0][0], 7, stride=2)
        self.blocks = nn.Sequential(*_blocks())
        self.last = nn.Linear(_GROUPS[-1][0], NUMBERS, bias=False)

    def forward(self, chips: Tensor) -> Tensor:
        """Two vectors of one person lie nearer than 0.6 (Euclid), of two people farther."""
        mean = chips.new_tensor(_MEAN)[:, None, None]
        x = F.relu(self.first((chips - mean) / _RANGE))
        x = self.blocks(F.max_pool2d(x, 3, stride=2))
        return self.last(x.mean(dim=(2, 3)))


class Block(nn.Module):
    """Two convolutions and the way around them; with ``halve`` at half the size."""

    def __init__(self, inputs: int, outputs: int, *, halve: bool) -> None:
        super().__init__()
        self.halve = halve
        stride, padding = (2, 0) if halve else (1, 1)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=padding)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, h, w] to [N, outputs, h', w']; what is smaller ends in zeros."""
        found = self.conv2(F.relu(self.conv1(x)))
        around = F.avg_pool2d(x, 2) if self.halve else x
        shape = [max(sizes) for sizes in zip(found.shape, around.shape, strict=True)]
        return F.relu(_filled(found, shape) + _filled(around, shape))


def imported(path: Path) -> dict[str, NDArray[Any]]:
    """The state dict out of dlib's archive; raises ``WeightsError`` for another file."""
    with torch.device("meta"):
        network = FaceResNet()
    layers = [
        (name, layer) for name, layer in network.named_modules() if isinstance(layer, nn.Conv2d)
    ]
    shapes = []
    for _, layer in layers:
        shapes += [(layer.weight.numel() + layer.out_channels,), (2 * layer.out_channels,)]
    *tensors, last = read_tensors(path, [*shapes, (_GROUPS[-1][0], NUMBERS)])
    found: dict[str, NDArray[Any]] = {"last.weight": np.ascontiguousarray(last.T)}
    for (name, layer), values, affine in zip(layers, tensors[::2], tensors[1::2], strict=True):
        scale, shift = np.split(affine, 2)
        weight, bias = np.split(values, [layer.weight.numel()])
        rows = weight.reshape(layer.out_channels, -1) * scale[:, None]
        found[f"{name}.weight"] = rows.reshape(tuple(layer.weight.shape))
        found[f"{name}.bias"] = bias * scale + shift
    return fitting(found, network)


def loaded(tensors: Mapping[str, Tensor], device: str) -> FaceResNet:
    """The network with these weights on a device."""
    network = FaceResNet()
    network.load_state_dict(dict(tensors))
    return network.eval().to(device)


def vectors(
    network: FaceResNet, chips: NDArray[np.uint8], step: Callable[[], None]
) -> NDArray[np.float32]:
    """float32 [N, 128] of chips uint8 [N, 150, 150, 3].

    One at a time, so that a face's numbers do not depend on who else is in the photo;
    ``step`` is called before each.
    """
    device = network.last.weight.device
    with torch.inference_mode():
        planes = torch.tensor(chips, device=device).permute(0, 3, 1, 2).float()
        found = np.zeros((len(chips), NUMBERS), np.float32)
        for row, chip in zip(found, planes, strict=True):
            step()
            row[:] = network(chip[None])[0].cpu().numpy()
    return found


def _blocks() -> Iterator[Block]:
    before = _GROUPS[0][0]
    for group, (channels, blocks) in enumerate(_GROUPS):
        for number in range(blocks):
            yield Block(before, channels, halve=group > 0 and number == 0)
            before = channels


def _filled(x: Tensor, shape: list[int]) -> Tensor:
    """With zeros behind the last channel, row and column up to that shape."""
    behind = [
        amount
        for wanted, size in zip(shape[:0:-1], tuple(x.shape)[:0:-1], strict=True)
        for amount in (0, wanted - size)
    ]
    return F.pad(x, behind)
