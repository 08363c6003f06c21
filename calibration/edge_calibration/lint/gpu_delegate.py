"""What LiteRT's GPU delegate checks of each operation before it takes it.

Written from ``tflite/tools/versioning/gpu_compatibility.cc`` of LiteRT, which the delegate
itself asks.  ``Analyzer(gpu_compatibility=True)`` of TensorFlow and of LiteRT no longer
does, and finds every file compatible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_calibration.lint.model_graph import Operation

SOURCE = (
    "https://github.com/google-ai-edge/LiteRT/blob/main/tflite/tools/versioning/"
    "gpu_compatibility.cc"
)
UNCONDITIONAL = frozenset(
    [
        "AVERAGE_POOL_2D",
        "CONCATENATION",
        "CONV_2D",
        "DENSIFY",
        "DYNAMIC_UPDATE_SLICE",
        "EMBEDDING_LOOKUP",
        "LEAKY_RELU",
        "LSTM",
        "MAX_POOL_2D",
        "PACK",
        "PRELU",
        "QUANTIZE",
        "RELU",
        "RELU6",
        "RELU_N1_TO_1",
        "RESHAPE",
        "RESIZE_BILINEAR",
        "RESIZE_NEAREST_NEIGHBOR",
        "SPLIT",
        "SPLIT_V",
        "TILE",
        "TOPK_V2",
        "TRANSPOSE",
        "TRANSPOSE_CONV",
    ]
)
OF_ONE = frozenset(
    [
        "ABS",
        "CEIL",
        "COS",
        "ELU",
        "EXP",
        "FLOOR",
        "GELU",
        "HARD_SWISH",
        "LOG",
        "LOGICAL_NOT",
        "LOGISTIC",
        "NEG",
        "ROUND",
        "RSQRT",
        "SIGN",
        "SIN",
        "SQRT",
        "SQUARE",
        "TANH",
    ]
)
OF_TWO = frozenset(
    [
        "ADD",
        "ADD_N",
        "ATAN2",
        "BATCH_MATMUL",
        "DIV",
        "EQUAL",
        "FLOOR_DIV",
        "FLOOR_MOD",
        "GREATER",
        "GREATER_EQUAL",
        "LESS",
        "LESS_EQUAL",
        "LOGICAL_AND",
        "LOGICAL_OR",
        "MAXIMUM",
        "MINIMUM",
        "MUL",
        "NOT_EQUAL",
        "POW",
        "RIGHT_SHIFT",
        "SQUARED_DIFFERENCE",
        "SUB",
    ]
)
OVER_AXES = frozenset(
    [
        "MEAN",
        "REDUCE_ALL",
        "REDUCE_ANY",
        "REDUCE_MAX",
        "REDUCE_MIN",
        "REDUCE_PROD",
        "REVERSE_V2",
        "SUM",
    ]
)
SLICES = frozenset({"SLICE", "STRIDED_SLICE"})
PADS = frozenset({"PAD", "PADV2", "MIRROR_PAD"})
CASTS = frozenset({"BOOL", "FLOAT16", "FLOAT32", "INT32"})
_REFLECT = 0
_MASKS = ("ellipsisMask", "newAxisMask", "shrinkAxisMask")


def refusal(op: Operation) -> str | None:
    """Why the delegate leaves an operation to the CPU; ``None`` where it takes it."""
    if op.kind in UNCONDITIONAL or (op.kind in OF_ONE and len(op.runtime_inputs) == 1):
        return None
    for kinds, check in _CHECKS:
        if op.kind in kinds:
            return check(op)
    return "it is not in the delegate's set"


def _of_two(op: Operation) -> str | None:
    return None if len(op.inputs) == 2 else f"it takes two inputs, not {len(op.inputs)}"


def _over_axes(op: Operation) -> str | None:
    fixed = len(op.inputs) == 2 and op.inputs[1].constant and op.inputs[1].dtype == "INT32"
    return None if fixed else "its axes are not constant int32"


def _slice(op: Operation) -> str | None:
    rank = len(op.inputs[0].shape)
    if rank not in {3, 4}:
        return f"it is cut out of rank {rank}, not 3 or 4"
    masks = [mask for mask in _MASKS if op.options.get(mask)]
    return f"it uses {', '.join(masks)}" if masks else None


def _pad(op: Operation) -> str | None:
    if op.kind == "MIRROR_PAD" and op.options.get("mode", _REFLECT) != _REFLECT:
        return "it mirrors the edge itself (SYMMETRIC)"
    shape = op.inputs[1].shape
    return None if shape in {(3, 2), (4, 2)} else f"it pads rank {shape[0]}, not 3 or 4"


def _cast(op: Operation) -> str | None:
    types = {op.inputs[0].dtype, op.outputs[0].dtype}
    return None if types <= CASTS else f"it casts {' and '.join(sorted(types))}"


def _gather(op: Operation) -> str | None:
    at = op.inputs[1]
    fits = len(at.shape) == 1 and at.dtype == "INT32"
    return None if fits else "its indices are not a list of int32"


def _dequantize(op: Operation) -> str | None:
    return "it unpacks INT16" if op.inputs[0].dtype == "INT16" else None


def _softmax(op: Operation) -> str | None:
    return None if op.options.get("beta", 1.0) == 1.0 else "its beta is not 1"


def _depthwise(op: Operation) -> str | None:
    multiplier, channels = op.options.get("depthMultiplier", 1), op.inputs[0].shape[-1]
    spread = multiplier not in {0, 1} and channels != 1
    return f"it makes {multiplier} channels of each of {channels}" if spread else None


def _blocks(op: Operation) -> str | None:
    return None if op.options.get("blockSize", 2) > 1 else "its block is one pixel"


def _fully_connected(op: Operation) -> str | None:
    if len(op.runtime_inputs) > 2 or op.inputs[0].constant:
        return "it takes more than a picture and weights"
    ranks = {len(op.inputs[0].shape), len(op.outputs[0].shape)}
    kept = op.options.get("keepNumDims") and len(ranks) > 1
    return "it keeps dimensions, of which there are others" if kept else None


def _select(op: Operation) -> str | None:
    types = {value.dtype for value in op.inputs[1:]}
    return None if types <= {"FLOAT32", "FLOAT16"} else "it chooses between integers"


def _one_hot(op: Operation) -> str | None:
    return None if op.inputs[0].dtype == "INT32" else "its indices are not int32"


_CHECKS: tuple[tuple[frozenset[str], Callable[[Operation], str | None]], ...] = (
    (OF_TWO, _of_two),
    (OVER_AXES, _over_axes),
    (SLICES, _slice),
    (PADS, _pad),
    (frozenset({"CAST"}), _cast),
    (frozenset({"GATHER"}), _gather),
    (frozenset({"DEQUANTIZE"}), _dequantize),
    (frozenset({"SOFTMAX"}), _softmax),
    (frozenset({"DEPTHWISE_CONV_2D"}), _depthwise),
    (frozenset({"DEPTH_TO_SPACE", "SPACE_TO_DEPTH"}), _blocks),
    (frozenset({"FULLY_CONNECTED"}), _fully_connected),
    (frozenset({"SELECT", "SELECT_V2"}), _select),
    (frozenset({"ONE_HOT"}), _one_hot),
)
