"""A torch module as a function from the spec's inputs to its outputs, both by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import torch

from edge_convert.layout import NhwcBorder, input_names, output_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from edge_runtime.spec import ModelSpec

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]


class TorchRunner:
    """Runs a network as every exported file runs: NHWC in and out, float32, by name."""

    def __init__(self, network: nn.Module, spec: ModelSpec) -> None:
        self._network = NhwcBorder(network, spec)
        self._inputs = input_names(spec)
        self._outputs = output_names(spec)

    @torch.no_grad()
    def run(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Outputs by name of inputs by name, both in the spec's shapes."""
        outputs = self._network(*(torch.tensor(inputs[name]) for name in self._inputs))
        return {name: value.numpy() for name, value in zip(self._outputs, outputs, strict=True)}
