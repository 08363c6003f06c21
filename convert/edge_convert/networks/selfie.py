"""MediaPipe selfie segmentation: an encoder after MobileNetV3, a decoder with gates.

Source: the graph of the published model (Apache-2.0); Howard et al., "Searching for
MobileNetV3" (arXiv 1905.02244), for the encoder's blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from edge_convert.networks.same_padding import SameConv2d

if TYPE_CHECKING:
    from torch import Tensor


class Gate(nn.Module):
    """A factor in 0..1 for each channel, from the mean over the picture."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.excite = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Factors [1, channels, 1, 1] of a picture [1, channels, h, w]."""
        mean = x.mean((2, 3), keepdim=True)
        return torch.sigmoid(self.excite(F.relu(self.squeeze(mean))))


class Bottleneck(nn.Module):
    """Widen, filter each channel, gate, narrow; what came in is added where it fits."""

    def __init__(
        self, widths: tuple[int, int, int], kernel: int, stride: int, gate: int
    ) -> None:
        super().__init__()
        inputs, wide, outputs = widths
        self.widen = nn.Conv2d(inputs, wide, 1)
        self.depthwise = SameConv2d(wide, wide, kernel, stride, groups=wide)
        self.gate = Gate(wide, gate) if gate else None
        self.narrow = nn.Conv2d(wide, outputs, 1)
        self.adds = stride == 1 and inputs == outputs
        self.activation = F.hardswish if kernel == 5 else F.relu

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / stride, w / stride]."""
        y = self.activation(self.depthwise(self.activation(self.widen(x))))
        if self.gate is not None:
            y = y * self.gate(y)
        y = self.narrow(y)
        return x + y if self.adds else y


class Head(nn.Module):
    """The coarsest features, gated by what the whole picture is about."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.features = nn.Conv2d(inputs, outputs, 1)
        self.context = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h, w]."""
        gate = torch.sigmoid(self.context(x.mean((2, 3), keepdim=True)))
        return F.relu(self.features(x)) * gate


class Upward(nn.Module):
    """One step up: enlarge, narrow, let in what the encoder saw at that size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(inputs, outputs, 1)
        self.gate = Gate(outputs, outputs)
        self.mix = nn.Conv2d(outputs, outputs, 1)
        self.refine = nn.Conv2d(outputs, outputs, 3, padding=1, groups=outputs)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """[1, inputs, h, w] and [1, outputs, 2h, 2w] to [1, outputs, 2h, 2w]."""
        up = self.narrow(F.interpolate(x, scale_factor=2.0, mode="bilinear"))
        mixed = F.relu(self.mix(seen * self.gate(seen + up) + up))
        return mixed + F.relu(self.refine(mixed))


class SelfieSegmenter(nn.Module):
    """A photo [1, 3, h, w] in 0..255 to the probability of a person [1, 1, h, w].

    h and w are multiples of 16.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv2d(3, 16, 3, 2)
        self.reduce = Bottleneck((16, 16, 16), 3, 2, gate=8)
        self.middle = nn.Sequential(
            Bottleneck((16, 72, 24), 3, 2, gate=0), Bottleneck((24, 88, 24), 3, 1, gate=0)
        )
        self.deep = nn.Sequential(
            Bottleneck((24, 96, 32), 5, 2, gate=24),
            Bottleneck((32, 128, 32), 5, 1, gate=32),
            Bottleneck((32, 128, 32), 5, 1, gate=32),
            Bottleneck((32, 96, 32), 5, 1, gate=24),
            Bottleneck((32, 96, 32), 5, 1, gate=24),
        )
        self.head = Head(32, 128)
        self.up8 = Upward(128, 24)
        self.up4 = Upward(24, 16)
        self.up2 = Upward(16, 16)
        self.mask = nn.ConvTranspose2d(16, 1, 2, 2)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """Return the mask as the only output."""
        half = F.hardswish(self.stem(image / 255))
        quarter = self.reduce(half)
        eighth = self.middle(quarter)
        x = self.head(self.deep(eighth))
        x = self.up2(self.up4(self.up8(x, eighth), quarter), half)
        return (torch.sigmoid(self.mask(x)),)
