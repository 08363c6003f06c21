"""Rules on Core ML: what leaves the Neural Engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_calibration.lint.model_graph import ModelGraph, Operation

_PRODUCTS = {"conv", "linear", "conv_transpose", "matmul"}
_OFF = {"gather", "gather_along_axis", "gather_nd", "lstm", "gru", "rnn", "custom_layer"}
_PROVIDER = "https://onnxruntime.ai/docs/execution-providers/CoreML-ExecutionProvider.html"


def _single_precision(graph: ModelGraph) -> Iterator[str]:
    layers = [op for op in graph.operations if op.kind in _PRODUCTS]
    if layers and all(op.outputs[0].dtype == "FLOAT32" for op in layers):
        yield f"all {len(layers)} layers"


def _off_engine(graph: ModelGraph) -> Iterator[str]:
    yield from (op.name for op in graph.operations if op.kind in _OFF or _is_dilated(op))


def _is_dilated(op: Operation) -> bool:
    return op.kind == "conv" and bool((np.asarray(op.options.get("dilations", 1)) > 1).any())


def _pad_mode(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        mode = op.options.get("mode", b"constant")
        if op.kind == "Pad" and mode != b"constant":
            yield f"{op.name} ({mode.decode()})"


COREML_RULES = (
    Rule(
        id="CM003-single-precision",
        kinds=("coreml",),
        severity="warning",
        targets=("ios-ane",),
        title="the program computes in float32",
        why="The Neural Engine computes in float16: a float32 program stays on GPU and CPU.",
        mend="Convert with compute_precision FLOAT16; look with 'edge-calibrate evaluate'.",
        sources=(
            "https://apple.github.io/coremltools/docs-guides/source/typed-execution-example.html",
        ),
        find=_single_precision,
    ),
    Rule(
        id="CM005-off-engine",
        kinds=("coreml",),
        severity="note",
        targets=("ios-ane",),
        title="operations that were seen to leave the Neural Engine",
        why="Gathers, recurrent layers, dilated convolutions ran elsewhere; Apple has no list.",
        mend="Look at Xcode's performance report of the file on a phone.",
        sources=(
            "https://github.com/hollance/neural-engine/blob/master/docs/unsupported-layers.md",
        ),
        find=_off_engine,
    ),
    Rule(
        id="ON004-pad-mode",
        kinds=("onnx",),
        severity="warning",
        targets=("ios-ane",),
        title="a Pad that repeats or mirrors",
        why="ONNX Runtime's Core ML provider takes constant padding alone: the graph is cut.",
        mend="Pad with zeros, or convert the network by coremltools.",
        sources=(_PROVIDER,),
        find=_pad_mode,
    ),
)
