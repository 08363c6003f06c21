"""The border that every exported file has: pictures are NHWC, everything is named.

Networks are NCHW inside, as PyTorch thinks; the transposes that this adds disappear when
a converter lays the graph out anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

    from edge_runtime.spec import ModelSpec, SizeHW


class NhwcBorder(nn.Module):
    """A network that takes the spec's inputs, and returns its outputs, as NHWC, in order."""

    def __init__(self, network: nn.Module, spec: ModelSpec) -> None:
        super().__init__()
        self.network = network
        self._pictures = tuple(output.image for output in spec.outputs)
        self.eval()

    def forward(self, image: Tensor, *vectors: Tensor) -> tuple[Tensor, ...]:
        """Outputs of a picture [1, h, w, 3] and of the spec's vectors."""
        outputs = self.network(image.permute(0, 3, 1, 2), *vectors)
        return tuple(
            value.permute(0, 2, 3, 1) if picture else value
            for value, picture in zip(outputs, self._pictures, strict=True)
        )


def input_names(spec: ModelSpec) -> tuple[str, ...]:
    """The names of the inputs, the picture first."""
    return (spec.image.name, *(vector.name for vector in spec.vectors))


def output_names(spec: ModelSpec) -> tuple[str, ...]:
    """The names of the outputs, in order."""
    return tuple(output.name for output in spec.outputs)


def example_inputs(spec: ModelSpec, size_hw: SizeHW) -> tuple[Tensor, ...]:
    """A grey picture [1, h, w, 3] and even vectors: what tracing needs."""
    image = torch.full((1, *size_hw, 3), 127.0)
    return (image, *(torch.full(v.shape, 1.0 / max(v.shape)) for v in spec.vectors))


def output_shape(spec: ModelSpec, index: int, size_hw: SizeHW) -> tuple[int, ...]:
    """The shape of an output at a size: one marked ``image`` grows with the input."""
    output = spec.outputs[index]
    if not output.image:
        return output.shape
    height, width = (
        made * size // default
        for made, size, default in zip(
            output.shape[1:3], size_hw, spec.image.size_hw, strict=True
        )
    )
    return (output.shape[0], height, width, output.shape[3])
