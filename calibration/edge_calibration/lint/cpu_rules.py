"""Rules on XNNPACK, and on 8 bits: what is left out, and what is paid for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.lint.rule import LITERT, Rule
from edge_calibration.lint.xnnpack_parts import left_by_xnnpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_calibration.lint.model_graph import ModelGraph, Value

XNNPACK = (
    "https://github.com/google-ai-edge/LiteRT/blob/main/tflite/delegates/xnnpack/README.md"
)
_CHANNEL_AXIS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": -1}
_UNPACKS = {"DEQUANTIZE"}


def _left(graph: ModelGraph) -> Iterator[str]:
    for number in left_by_xnnpack(graph.path):
        op = graph.operations[number]
        unpacks = op.kind in _UNPACKS and op.outputs[0].constant
        if not unpacks and op.kind not in {"HARD_SWISH", "RELU_0_TO_1"}:  # have their rules
            yield op.name


def _hard_swish(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind == "HARD_SWISH" and op.inputs[0].dtype in {"INT8", "UINT8"}:
            yield op.name


def _one_scale(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind in _CHANNEL_AXIS:
            weight = _packed(graph, op.inputs[1])
            channels = weight.shape[_CHANNEL_AXIS[op.kind]]
            if weight.scales is not None and weight.scales.size == 1 < channels:
                yield f"{op.name} ({channels} channels)"


def _packed(graph: ModelGraph, weight: Value) -> Value:
    """The constant behind a weight that is unpacked first."""
    maker = graph.maker(weight)
    return maker.inputs[0] if maker is not None and maker.kind in _UNPACKS else weight


def _ping_pong(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        before = graph.maker(op.inputs[0]) if op.inputs else None
        back = before is not None and (before.kind, op.kind) == ("DEQUANTIZE", "QUANTIZE")
        if back and before is not None and same_codes(before.inputs[0], op.outputs[0]):
            yield f"{before.name}, then {op.name}"


def same_codes(one: Value, other: Value) -> bool:
    """Whether the same codes mean the same numbers."""
    if one.dtype != other.dtype or one.scales is None or other.scales is None:
        return False
    return np.array_equal(one.scales, other.scales) and np.array_equal(
        np.asarray(one.zero_points), np.asarray(other.zero_points)
    )


def _turned_twice(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        before = graph.maker(op.inputs[0]) if op.inputs else None
        if before is not None and before.kind == op.kind == "TRANSPOSE":
            yield f"{before.name}, then {op.name}"


def _turned_output(graph: ModelGraph) -> Iterator[str]:
    for value in graph.outputs:
        maker = graph.maker(value)
        if maker is not None and maker.kind == "TRANSPOSE" and len(value.shape) == 4:
            yield f"{value.name} is {value.shape}"


def _prelu_rank(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        rank = len(op.inputs[0].shape) if op.inputs else 4
        if op.kind.upper() == "PRELU" and rank != 4:
            yield f"{op.name} (rank {rank})"


CPU_RULES = (
    Rule(
        id="PL006-hard-swish-int8",
        kinds=("tflite",),
        severity="warning",
        targets=("xnnpack",),
        title="HARD_SWISH in 8 bits",
        why="XNNPACK has it in float alone: a slow kernel runs, and each one cuts the graph.",
        mend="Quantise it as a sum and two products, as edge-convert does, or keep it float.",
        sources=(XNNPACK,),
        find=_hard_swish,
    ),
    Rule(
        id="PL024-left-by-xnnpack",
        kinds=("tflite",),
        severity="note",
        targets=("xnnpack",),
        title="operations that XNNPACK leaves to LiteRT's own kernels",
        why="They are slower, and values are carried from one to the other.",
        mend="Look with 'edge-calibrate layers --times' whether it costs anything.",
        sources=(XNNPACK,),
        find=_left,
    ),
    Rule(
        id="PL009-one-scale",
        kinds=("tflite",),
        severity="note",
        targets=("xnnpack", "flutter"),
        title="convolution weights with one scale for all channels",
        why="A scale a channel costs no time and is more accurate.",
        mend="Quantise a scale a channel, unless edge-calibrate search chose otherwise.",
        sources=(
            "https://developers.google.com/edge/litert/quantization/quantization_spec.md.txt",
        ),
        find=_one_scale,
    ),
    Rule(
        id="PL025-ping-pong",
        kinds=("tflite",),
        severity="warning",
        targets=LITERT,
        title="DEQUANTIZE, then QUANTIZE to the same codes",
        why="It changes no number and takes time, on some accelerators most of it.",
        mend="Leave both out; --fix does.",
        sources=("https://github.com/VeriSilicon/TIM-VX/issues/316",),
        find=_ping_pong,
    ),
    Rule(
        id="PL010-transposed-twice",
        kinds=("tflite",),
        severity="warning",
        targets=LITERT,
        title="two transposes in a row",
        why="A layout is turned and turned again: time for nothing.",
        mend="Export channels last, as edge-convert does; --fix takes out pairs that cancel.",
        sources=("https://github.com/sithu31296/PyTorch-ONNX-TFLite/issues/2",),
        find=_turned_twice,
    ),
    Rule(
        id="PL026-transposed-output",
        kinds=("tflite",),
        severity="warning",
        targets=LITERT,
        title="a picture comes out transposed",
        why="What was computed channels last is turned at the end; apps expect channels last.",
        mend="Give outputs channels last as well as inputs when exporting.",
        sources=("https://github.com/google-ai-edge/litert-torch/issues/111",),
        find=_turned_output,
    ),
    Rule(
        id="CM002-prelu-rank",
        kinds=("tflite", "onnx"),
        severity="error",
        targets=("ios-ane",),
        title="PReLU on something that is not a picture",
        why="coremltools takes a slope a channel for rank 4 alone: it will not convert.",
        mend="Reshape to rank 4 around it, or write relu(x) - a * relu(-x).",
        sources=(
            "https://github.com/apple/coremltools/issues/2002",
            "https://github.com/apple/coremltools/pull/2781",
        ),
        find=_prelu_rank,
    ),
)
