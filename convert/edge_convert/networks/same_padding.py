"""TensorFlow's ``SAME`` padding, which PyTorch does not have for strides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from torch import Tensor


class SameConv2d(nn.Conv2d):
    """A convolution whose output is the input's size divided by the stride.

    For even inputs: at stride 2 the odd row and column of padding come last, which needs
    an operation of its own; even padding is the convolution's.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        before, odd = divmod(kernel - stride, 2)
        own = 0 if odd else before
        super().__init__(inputs, outputs, kernel, stride, own, groups=groups)
        self.border = (before, before + odd) * 2 if odd else ()

    def forward(self, x: Tensor) -> Tensor:
        """[1, inputs, h, w] to [1, outputs, h / stride, w / stride]."""
        return super().forward(F.pad(x, self.border) if self.border else x)
