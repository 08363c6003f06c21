"""Rules on what goes in and what comes out: types, sizes, names, layout, the file itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edge_calibration.lint.rule import LITERT, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_calibration.lint.model_graph import ModelGraph, Value

LARGEST_BYTES = 150_000_000
_NARROW = {"INT8", "UINT8", "INT16"}
# What converters write where nobody gave a name.
_NAMELESS = re.compile(r"^$|^(Stateful)?PartitionedCall|^Identity|^serving_default_|^args_\d+$")
_PROVIDER_OPTIONS = (
    "https://www.onnxruntime.ai/docs/api/objectivec/Classes/"
    "ORTCoreMLExecutionProviderOptions.html"
)
_SIGNATURES = "https://github.com/tensorflow/tensorflow/issues/53071"


def _border(graph: ModelGraph) -> tuple[Value, ...]:
    return (*graph.inputs, *graph.outputs)


def _narrow(graph: ModelGraph) -> Iterator[str]:
    yield from (f"{v.name} is {v.dtype}" for v in _border(graph) if v.dtype in _NARROW)


def _long(graph: ModelGraph) -> Iterator[str]:
    yield from (f"{v.name} is {v.dtype}" for v in _border(graph) if v.dtype == "INT64")


def _dynamic(graph: ModelGraph) -> Iterator[str]:
    yield from (f"{v.name} is {v.shape}" for v in graph.inputs if -1 in v.shape)


def _batch(graph: ModelGraph) -> Iterator[str]:
    for value in graph.inputs:
        if len(value.shape) == 4 and value.shape[0] > 1:
            yield f"{value.name} is {value.shape}"


def _unsigned(graph: ModelGraph) -> Iterator[str]:
    if graph.operations and not graph.signatures:
        yield f"{len(graph.inputs)} inputs, {len(graph.outputs)} outputs"


def _nameless(graph: ModelGraph) -> Iterator[str]:
    yield from (f"'{v.name}'" for v in _border(graph) if _NAMELESS.search(v.name))


def _channels_first(graph: ModelGraph) -> Iterator[str]:
    for value in graph.inputs:
        if len(value.shape) == 4 and value.shape[1] in {1, 3, 4} and min(value.shape[2:]) > 4:
            yield f"{value.name} is {value.shape}"


def _too_large(graph: ModelGraph) -> Iterator[str]:
    files = graph.path.rglob("*") if graph.path.is_dir() else (graph.path,)
    size = sum(file.stat().st_size for file in files if file.is_file())
    if size > LARGEST_BYTES:
        yield f"{size / 1e6:.0f} MB"


BORDER_RULES = (
    Rule(
        id="PL001-integer-border",
        kinds=("tflite",),
        severity="error",
        targets=("flutter",),
        title="an input or output is an integer tensor",
        why="Libraries of apps take float32, or uint8 where the file has int8, and fail.",
        mend="Keep float32 at the border; --fix adds QUANTIZE and DEQUANTIZE.",
        sources=(
            "https://github.com/google-ai-edge/LiteRT/issues/1241",
            "https://github.com/am15h/tflite_flutter_plugin/issues/141",
        ),
        find=_narrow,
    ),
    Rule(
        id="PL012-long-border",
        kinds=("tflite",),
        severity="error",
        targets=("flutter",),
        title="an input or output is INT64",
        why="Dart and JavaScript have no such list: numbers come out scrambled, or not at all.",
        mend="Cast to float32 (or int32) inside the network, then export again.",
        sources=("https://github.com/tensorflow/flutter-tflite/issues/130",),
        find=_long,
    ),
    Rule(
        id="PL002-dynamic-shape",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="an input has no fixed size",
        why="The GPU delegate compiles for one size and refuses a graph with others.",
        mend="Export one file for each size, or resize the input before the delegate is made.",
        sources=("https://github.com/tensorflow/tensorflow/issues/38036",),
        find=_dynamic,
    ),
    Rule(
        id="PL011-batch",
        kinds=("tflite",),
        severity="warning",
        targets=("android-gpu", "flutter"),
        title="more than one picture a run",
        why="The GPU delegate prepares one batch size; a phone has one picture at a time.",
        mend="Export with a batch of 1.",
        sources=("https://github.com/tensorflow/tensorflow/issues/38036",),
        find=_batch,
    ),
    Rule(
        id="PL013-no-signature",
        kinds=("tflite",),
        severity="warning",
        targets=LITERT,
        title="no signature says what the inputs and outputs are",
        why="Converters name and order them as they like: an app that counts gets another.",
        mend="Convert with a signature; --fix writes one from the tensors' names.",
        sources=(_SIGNATURES, "https://github.com/tensorflow/tensorflow/issues/33303"),
        find=_unsigned,
    ),
    Rule(
        id="PL014-nameless-border",
        kinds=("tflite",),
        severity="note",
        targets=LITERT,
        title="an input or output has the name that a converter gave it",
        why="It says nothing, and the next conversion may give it to another output.",
        mend="Name inputs and outputs when exporting, as edge-convert does.",
        sources=(_SIGNATURES, "https://github.com/tensorflow/tensorflow/issues/32180"),
        find=_nameless,
    ),
    Rule(
        id="PL015-channels-first",
        kinds=("tflite",),
        severity="warning",
        targets=LITERT,
        title="a picture goes in with its channels first",
        why="LiteRT computes channels last: the graph turns it, and an app has to as well.",
        mend="Export with channels last, as edge-convert does (litert-torch: channel_last_io).",
        sources=("https://github.com/google-ai-edge/litert-torch/issues/111",),
        find=_channels_first,
    ),
    Rule(
        id="PL016-too-large",
        kinds=("tflite", "coreml", "onnx"),
        severity="warning",
        targets=("flutter",),
        title="the file is larger than what a store lets an app bundle be",
        why="Over 150 MB an app needs asset delivery; over 1 GiB Flutter cannot load an asset.",
        mend="Quantise it, or let the app download it.",
        sources=(
            "https://github.com/flutter/flutter/issues/51522",
            "https://github.com/flutter/flutter/issues/128021",
        ),
        find=_too_large,
    ),
    Rule(
        id="CM001-flexible-size",
        kinds=("coreml",),
        severity="warning",
        targets=("ios-ane",),
        title="an input takes a range of sizes",
        why="The Neural Engine runs the default size alone; others go to GPU or CPU.",
        mend="Use enumerated shapes, or one file for each size.",
        sources=(
            "https://developer.apple.com/forums/thread/724930",
            "https://apple.github.io/coremltools/docs-guides/source/flexible-inputs.html",
        ),
        find=lambda graph: iter(graph.flexible),
    ),
    Rule(
        id="ON001-dynamic-shape",
        kinds=("onnx",),
        severity="warning",
        targets=("ios-ane",),
        title="an input has no fixed size",
        why="ONNX Runtime's Core ML provider may be slow with it, or made to leave it out.",
        mend="Export with fixed sizes.",
        sources=(_PROVIDER_OPTIONS,),
        find=_dynamic,
    ),
)
