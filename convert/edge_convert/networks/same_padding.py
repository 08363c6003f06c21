"""TensorFlow's ``SAME`` padding, which PyTorch does not have for strides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from torch import Tensor


class SameConv2d(nn.Conv2d):
    """A convolution whose output is the input's size divided by the stride.

    For even inputs: at stride 2 the odd row and column of padding come last.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups)
        total = kernel - stride
        self.before, self.after = total // 2, total - total // 2

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / stride, w / stride]."""
        sides = (self.before, self.after, self.before, self.after)
        return super().forward(F.pad(x, sides) if self.after else x)
