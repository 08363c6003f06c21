"""A PyTorch module to a float32 TFLite file, by litert-torch: the default converter."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import torch

from edge_calibration.quiet import aside
from edge_convert.elastic import elastic
from edge_convert.flatbuffer import tidy
from edge_convert.layout import NhwcBorder, example_inputs
from edge_convert.litert_prelu import join_prelu
from edge_convert.transpose_conv import without_transpose_conv

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
        made = _converted(border, examples, out.with_suffix(".raw"))
    inputs = [f"args_{index}" for index in range(len(examples))]
    outputs = [f"output_{index}" for index in range(len(spec.outputs))]
    made = without_transpose_conv(elastic(made))
    out.write_bytes(tidy(join_prelu(made), spec, inputs, outputs))


def _converted(border: NhwcBorder, examples: tuple[torch.Tensor, ...], raw: Path) -> bytes:
    os.environ["LITERT_TORCH_SHOW_PROGRESS"] = "n"  # read at import and at every step
    import litert_torch

    _teach_padding()
    with torch.no_grad():
        litert_torch.convert(border, examples).export(str(raw))
    data = raw.read_bytes()
    raw.unlink()
    return data


@cache
def _teach_padding() -> None:
    """Constant padding can be laid out as NHWC, which litert-torch 0.10 does not know.

    Without this every padded convolution is wrapped into two transposes: BlazeFace has 40
    of them and takes 1.3 times as long.
    """
    from litert_torch._convert.fx_passes.optimize_layout_transposes_pass import (
        layout_rewrite,
    )

    layout_rewrite.rewriters.register(torch.ops.aten.constant_pad_nd.default)(_pad_nhwc)


def _pad_nhwc(node: torch.fx.Node) -> None:
    """Reorder the amounts, two a dimension from the last to the first."""
    tensor, amounts, *value = node.args
    each = [*amounts, 0, 0, 0, 0, 0, 0, 0, 0]  # type: ignore[misc]
    width, height, channels, batch = each[0:2], each[2:4], each[4:6], each[6:8]
    node.args = (tensor, [*channels, *width, *height, *batch], *value)
