"""A PyTorch module to a float32 TFLite file, by litert-torch: the default converter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import torch

from edge_convert.flatbuffer import tidy
from edge_convert.layout import NhwcBorder, example_inputs
from edge_convert.quiet import aside

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

    from edge_runtime.spec import ModelSpec, SizeHW

NAME = "litert-torch"


def export(network: nn.Module, spec: ModelSpec, size_hw: SizeHW, out: Path) -> None:
    """Write the float32 TFLite file of a network for one input size.

    Raises ``ConversionError`` naming the model and the cause.
    """
    border, examples = NhwcBorder(network, spec), example_inputs(spec, size_hw)
    with aside(f"{spec.id}: litert-torch"):
        out.write_bytes(_converted(border, examples, out.with_suffix(".raw")))
    inputs = [f"args_{index}" for index in range(len(examples))]
    outputs = [f"output_{index}" for index in range(len(spec.outputs))]
    out.write_bytes(tidy(out.read_bytes(), spec, inputs, outputs))


def _converted(border: NhwcBorder, examples: tuple[torch.Tensor, ...], raw: Path) -> bytes:
    os.environ["LITERT_TORCH_SHOW_PROGRESS"] = "n"  # read at import and at every step
    import litert_torch

    with torch.no_grad():
        litert_torch.convert(border, examples).export(str(raw))
    data = raw.read_bytes()
    raw.unlink()
    return data
