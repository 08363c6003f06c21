"""Rules on half precision: numbers that float16 cannot hold.

LiteRT's GPU delegate computes in float16 unless it is told not to, the Neural Engine always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_calibration.lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_calibration.lint.model_graph import ModelGraph

LARGEST_HALF = 65504.0
SMALLEST_HALF = 2.0**-24
_SUMS = {"SUM"}
_GUARDS = {"ADD", "MAXIMUM", "Add", "Max"}
_ROOTS = ("rsqrt", "batch_norm", "instance_norm", "layer_norm", "l2_norm", "log", "inverse")
_GUARDED = {"add": ("x", "y"), "maximum": ("x", "y"), **dict.fromkeys(_ROOTS, ("epsilon",))}
_OVERFLOW = "https://github.com/apple/coremltools/issues/2110"
_SENTINEL = "https://github.com/apple/coremltools/pull/2669"
_GPU_NAN = "https://github.com/tensorflow/tensorflow/issues/48523"
_EPSILON = "https://github.com/tensorflow/tensorflow/pull/24979"


def _is_too_large(values: Any) -> bool:
    """Whether any number becomes infinite in float16 that is not."""
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or not values.size:
        return False
    finite = np.abs(values[np.isfinite(values)].astype(np.float64))
    return bool(finite.max(initial=0.0) > LARGEST_HALF)


def _is_too_small(values: Any) -> bool:
    """Whether all numbers are above zero, and zero in float16."""
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or not values.size:
        return False
    exact = values.astype(np.float64)
    return bool((exact > 0).all() and (exact <= SMALLEST_HALF / 2).all())


def _large_constants(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        yield from (f"{op.name} ({v.name})" for v in op.inputs if _is_too_large(v.values))


def _large_options(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        yield from (f"{op.name} ({k})" for k, v in op.options.items() if _is_too_large(v))


def _small_constants(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind in _GUARDS and any(_is_too_small(v.values) for v in op.inputs):
            yield op.name


def _small_options(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        keys = _GUARDED.get(op.kind, ())
        if any(_is_too_small(op.options.get(key)) for key in keys):
            yield op.name


def _large_values(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        for value in op.outputs:
            if graph.largest.get(value.name, 0.0) > LARGEST_HALF:
                yield f"{op.name}: {graph.largest[value.name]:.3g}"


def _large_sums(graph: ModelGraph) -> Iterator[str]:
    for op in graph.operations:
        if op.kind in _SUMS and op.inputs[0].dtype.startswith("FLOAT"):
            yield op.name


HALF_RULES = (
    Rule(
        id="PL028-constant-overflow",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="a constant beyond what float16 holds (65504)",
        why="The GPU computes in float16: it is infinite there, and what follows is NaN.",
        mend="Scale by a power of two in the network, or use -60000 for 'none'.",
        sources=(_SENTINEL, _GPU_NAN),
        find=_large_constants,
    ),
    Rule(
        id="CM004-constant-overflow",
        kinds=("coreml",),
        severity="error",
        targets=("ios-ane",),
        title="a constant beyond what float16 holds (65504)",
        why="In half precision it is infinite, and so is what is computed with it.",
        mend="Scale by a power of two in the network, as edge_convert's style norms do.",
        sources=(_SENTINEL,),
        find=_large_options,
    ),
    Rule(
        id="ON003-constant-overflow",
        kinds=("onnx",),
        severity="warning",
        targets=("ios-ane",),
        title="a constant beyond what float16 holds (65504)",
        why="Converted to float16 it is infinite, and what follows is NaN.",
        mend="Scale by a power of two in the network, or use -60000 for 'none'.",
        sources=(_SENTINEL,),
        find=_large_constants,
    ),
    Rule(
        id="PL029-epsilon-underflow",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="an epsilon that is zero in float16",
        why="What it guards against, a division by zero, happens on the GPU.",
        mend="Use 1e-5 or more (float16 has nothing under 6e-8).",
        sources=(_EPSILON,),
        find=_small_constants,
    ),
    Rule(
        id="CM006-epsilon-underflow",
        kinds=("coreml",),
        severity="warning",
        targets=("ios-ane",),
        title="an epsilon that is zero in float16",
        why="What it guards against, a division by zero, happens on the Neural Engine.",
        mend="Use 1e-5 or more (float16 has nothing under 6e-8).",
        sources=(
            _EPSILON,
            "https://github.com/hollance/neural-engine/blob/master/docs/16-bit.md",
        ),
        find=_small_options,
    ),
    Rule(
        id="PL030-value-overflow",
        kinds=("tflite",),
        severity="error",
        targets=("android-gpu",),
        title="on photos a value goes beyond what float16 holds (65504); needs --photos",
        why="The GPU computes in float16: the value is infinite there, and NaN comes out.",
        mend="Scale by a power of two before it, or forbid precision loss to the delegate.",
        sources=(_GPU_NAN, "https://github.com/tensorflow/tensorflow/issues/48671"),
        find=_large_values,
    ),
    Rule(
        id="CM007-value-overflow",
        kinds=("coreml",),
        severity="error",
        targets=("ios-ane",),
        title="on photos a value goes beyond what float16 holds (65504); needs --photos",
        why="In half precision it is infinite, and so is what is computed with it.",
        mend="Scale by a power of two before it, or keep that operation in float32.",
        sources=(_OVERFLOW,),
        find=_large_values,
    ),
    Rule(
        id="PL031-sum-in-half",
        kinds=("tflite",),
        severity="warning",
        targets=("android-gpu",),
        title="a SUM over a tensor",
        why="LiteRT's GPU adds up in float16: NaN as soon as the total passes 65504.",
        mend="Use a mean, or divide before adding up.",
        sources=("https://github.com/google-ai-edge/LiteRT/issues/9249",),
        find=_large_sums,
    ),
)
