"""A PyTorch module to a float32 ONNX file, and that file as a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import torch

from edge_calibration.quiet import aside
from edge_convert.layout import NhwcBorder, example_inputs, input_names, output_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from edge_runtime.spec import ModelSpec, SizeHW

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]

OPSET = 18
NAME = "torch.onnx"


def export(network: nn.Module, spec: ModelSpec, size_hw: SizeHW, out: Path) -> None:
    """Write the ONNX file of a network for one input size, NHWC at its border.

    Raises ``ConversionError`` naming the model and the cause.
    """
    with aside(f"{spec.id}: ONNX export"), torch.no_grad():
        program = torch.onnx.export(
            NhwcBorder(network, spec),
            example_inputs(spec, size_hw),
            input_names=input_names(spec),
            output_names=output_names(spec),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        out.write_bytes(_canonical(program.model_proto, spec))  # type: ignore[union-attr]


def open_onnx(path: Path) -> Callable[[Arrays], Arrays]:
    """The file as a function, run by ONNX Runtime on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]

    def run(inputs: Arrays) -> Arrays:
        return dict(zip(names, session.run(names, dict(inputs)), strict=True))

    return run


def _canonical(model: Any, spec: ModelSpec) -> bytes:
    """The same graph without what tells of the exporter's machine or its sources."""
    model.producer_name, model.producer_version = "pocketlens", ""
    model.model_version, model.domain, model.doc_string = 0, "", f"{spec.id} {spec.version}"
    del model.metadata_props[:]
    graph = model.graph
    for part in (graph, *graph.node, *graph.input, *graph.output, *graph.value_info):
        part.doc_string = ""
        del part.metadata_props[:]
    for constant in graph.initializer:
        constant.doc_string = ""
        del constant.metadata_props[:]
    data: bytes = model.SerializeToString(deterministic=True)
    return data
