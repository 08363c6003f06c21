"""Rules on what LiteRT's GPU accelerators refuse, or take and compute wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_calibration.lint.gpu_delegate import SOURCE, refusal
from edge_calibration.lint.rule import LITERT, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_calibration.lint.model_graph import ModelGraph, Operation

_LITERT = "https://github.com/google-ai-edge/LiteRT/issues"
_ELEMENTWISE = {"ADD", "MUL"}


def _foreign(graph: ModelGraph) -> Iterator[str]:
    yield from (op.name for op in graph.operations if op.kind.startswith("custom "))


def _outside(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        elsewhere = op.kind.startswith("custom ") or op.kind in {"CAST", "RELU_0_TO_1"}
        why = None if elsewhere else refusal(op)
        if why:
            yield f"{op.name}: {why}"


def _cast(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind == "CAST" and refusal(op):
            yield f"{op.name}: {op.inputs[0].dtype} to {op.outputs[0].dtype}"


def _clamp(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind == "RELU_0_TO_1":
            yield op.name


def _high_rank(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        rank = max((len(v.shape) for v in (*op.runtime_inputs, *op.outputs)), default=0)
        if rank > 4:
            yield f"{op.name} (rank {rank})"


def _batch_changes(graph: ModelGraph) -> Iterator[str]:
    batches = {v.shape[0] for v in graph.inputs if len(v.shape) > 1}
    for op in graph.operations:
        for made in op.outputs:
            flows = bool(batches) and not made.constant and len(made.shape) in {2, 3, 4}
            if flows and made.shape[0] not in batches:
                yield f"{op.name} is {made.shape}"


def _mixed_rank(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        ranks = {len(value.shape) for value in op.runtime_inputs} - {0, 1}
        if op.kind in _ELEMENTWISE and len(ranks) > 1:
            shapes = " and ".join(str(value.shape) for value in op.runtime_inputs)
            yield f"{op.name}: {shapes}"


def _sum_is_output(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind == "ADD" and len(op.runtime_inputs) == 2:
            made = op.outputs[0]
            if any(made is value for value in graph.outputs) and graph.users(made):
                yield op.name


def _flat_pad(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind in {"PAD", "PADV2"} and len(op.inputs[0].shape) == 3 and _pads_rows(op):
            yield op.name


def _pads_rows(op: Operation) -> bool:
    """Whether any axis but the last is padded; yes where it cannot be known."""
    amounts = op.inputs[1].values
    return amounts is None or bool(amounts[:-1].any())


def _turned_product(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind == "BATCH_MATMUL" and (op.options.get("adjX") or op.options.get("adjY")):
            yield op.name


GPU_RULES = (
    Rule(
        id="PL003-custom-operation",
        kinds=("tflite",),
        severity="error",
        targets=LITERT,
        title="an operation is not built into LiteRT",
        why="A stock interpreter, as in Flutter packages, cannot prepare it.",
        mend="Write it with built-in operations in the network, then export again.",
        sources=("https://github.com/tensorflow/flutter-tflite/issues/175",),
        find=_foreign,
    ),
    Rule(
        id="PL004-outside-gpu-set",
        kinds=("tflite",),
        severity="warning",
        targets=("android-gpu",),
        title="operations that the GPU delegate's own check refuses",
        why="The delegate splits the graph around them; CompiledModel on the GPU wants all.",
        mend="Use other operations in the network, or the CPU (XNNPACK).",
        sources=(SOURCE, f"{_LITERT}/9191"),
        find=_outside,
    ),
    Rule(
        id="PL005-integer-cast",
        kinds=("tflite",),
        severity="warning",
        targets=("android-gpu",),
        title="a CAST that the GPU delegate has not (of 8-bit or 64-bit integers)",
        why="It and what follows stay on the CPU.",
        mend="Let the app widen pixels to float32 and drop the CAST from the network.",
        sources=("https://github.com/tensorflow/tensorflow/issues/58660", SOURCE),
        find=_cast,
    ),
    Rule(
        id="PL017-clamp-to-one",
        kinds=("tflite",),
        severity="warning",
        targets=("android-gpu", "xnnpack"),
        title="a clamp to 0..1 is written as RELU_0_TO_1",
        why="LiteRT's GPU takes it in some releases and refuses the file in others.",
        mend="Write it as RELU and MINIMUM; --fix does.",
        sources=(f"{_LITERT}/8598",),
        find=_clamp,
    ),
    Rule(
        id="PL018-high-rank",
        kinds=("tflite",),
        severity="warning",
        targets=("android-gpu",),
        title="tensors of more than four dimensions",
        why="The GPU has none such: these operations stay on the CPU.",
        mend="Write it with four dimensions (a pixel shuffle too can be).",
        sources=("https://github.com/google-ai-edge/litert-torch/pull/1090",),
        find=_high_rank,
    ),
    Rule(
        id="PL019-batch-changes",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="inside the graph the first dimension is another than at its input",
        why="The GPU takes it for the batch: 'Batch size mismatch', and nothing runs there.",
        mend="Keep the first dimension; put what is flattened behind it.",
        sources=("https://github.com/tensorflow/tensorflow/issues/60817",),
        find=_batch_changes,
    ),
    Rule(
        id="PL020-mixed-rank",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="two computed tensors of different ranks are added or multiplied",
        why="The GPU aligns them from the left and not from the right: wrong, and silent.",
        mend="Reshape the smaller one to the other's rank in the network.",
        sources=(f"{_LITERT}/8980", "https://github.com/google-ai-edge/LiteRT/pull/8975"),
        find=_mixed_rank,
    ),
    Rule(
        id="PL021-sum-is-output",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="a sum is an output and is used inside as well",
        why="LiteRT's GPU puts one of the two summands out instead.",
        mend="Let the output be a copy that nothing else uses (multiply it by 1).",
        sources=(f"{_LITERT}/8599",),
        find=_sum_is_output,
    ),
    Rule(
        id="PL022-flat-pad",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="a tensor of rank 3 is padded along another axis than the last",
        why="LiteRT's GPU shifts its rows by one.",
        mend="Pad at rank 4.",
        sources=(f"{_LITERT}/9272",),
        find=_flat_pad,
    ),
    Rule(
        id="PL023-turned-product",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="a BATCH_MATMUL that turns one of its inputs (adj_x, adj_y)",
        why="The GPU does not: wrong, and silent.",
        mend="Transpose before the product in the network.",
        sources=(f"{_LITERT}/8913",),
        find=_turned_product,
    ),
)
