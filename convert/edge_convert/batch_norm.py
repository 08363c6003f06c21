"""Batch norms folded into the convolutions before them: the same function in fewer steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class BatchNorm:
    """What a trained batch norm does to each channel: float32 [channels], all of them."""

    scale: Floats
    shift: Floats
    mean: Floats
    variance: Floats
    epsilon: float

    def folded(self, weight: Floats) -> tuple[Floats, Floats]:
        """Weight and bias of a convolution that includes the norm.

        ``weight`` is that of a convolution without bias, [outputs, ...].
        """
        factor = self.scale / np.sqrt(self.variance.astype(np.float64) + self.epsilon)
        bias = self.shift - self.mean * factor
        shaped = factor.reshape(-1, *[1] * (weight.ndim - 1))
        return (weight * shaped).astype(np.float32), bias.astype(np.float32)
