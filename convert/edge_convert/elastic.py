"""TFLite graphs that take a picture of any size, and that XNNPACK runs as a whole.

Three kinds of operations are replaced by others that compute the same:

* ``MIRROR_PAD``, which XNNPACK does not know (it cost half of the time of a style network),
  by slices that are counted from the border, and their concatenation;
* ``RESIZE_NEAREST_NEIGHBOR`` to twice the size, which has that size written into it, by
  four copies side by side and ``DEPTH_TO_SPACE``;
* convolutions with few results, most of whose lanes lie idle, by one that computes a
  square of four pixels at once, and ``DEPTH_TO_SPACE``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edge_convert.graph_edit import OPERATORS, GraphEdit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

FEW = 4  # results of a convolution
AXES = (1, 2)  # height and width


def elastic(file: bytes) -> bytes:
    """The same function; its picture may be resized by multiples of what the graph halves."""
    graph = GraphEdit(file, "elastic")
    for operator in graph.take_operators():
        rewrite = _REWRITES.get(graph.kind(operator))
        if rewrite is None or not rewrite(graph, operator):
            graph.operators.append(operator)
    return graph.to_bytes()


def _mirror_pad(graph: GraphEdit, operator: Any) -> bool:
    """Rows, then columns: those next to the border again, in reverse, without it."""
    x, widths = operator.inputs
    pads = graph.values(widths, np.int32).tolist()
    if (
        operator.builtinOptions.mode != schema.MirrorPadMode.REFLECT
        or pads[0] + pads[3] != [0] * 4
    ):
        return False
    for axis in AXES:
        before, after = pads[axis]
        first = [_slice(graph, x, axis, i) for i in range(before, 0, -1)]
        last = [_slice(graph, x, axis, -2 - i) for i in range(after)]
        parts = [*_joined(graph, first, axis), x, *_joined(graph, last, axis)]
        x = _concatenated(graph, parts, axis, operator.outputs[0] if axis == AXES[-1] else None)
    return True


def _slice(graph: GraphEdit, x: int, axis: int, at: int) -> int:
    """One row or column, from the far border where ``at`` is negative."""
    begin, end = np.zeros(4, np.int32), np.zeros(4, np.int32)
    begin[axis], end[axis] = at, at + 1
    others = 0b1111 & ~(1 << axis)
    shape = graph.shape(x)
    shape[axis] = 1
    given = [graph.constant(values) for values in (begin, end, np.ones(4, np.int32))]
    return graph.add(
        "StridedSlice", [x, *given], graph.tensor(shape), beginMask=others, endMask=others
    )


def _joined(graph: GraphEdit, parts: list[int], axis: int) -> list[int]:
    return [_concatenated(graph, parts, axis)] if len(parts) > 1 else parts


def _concatenated(
    graph: GraphEdit, parts: list[int], axis: int, output: int | None = None
) -> int:
    shape = graph.shape(parts[0])
    shape[axis] = sum(graph.shape(part)[axis] for part in parts)
    made = graph.tensor(shape) if output is None else output
    return graph.add("Concatenation", parts, made, axis=axis)


def _nearest(graph: GraphEdit, operator: Any) -> bool:
    x, made = operator.inputs[0], operator.outputs[0]
    if [2 * side for side in graph.shape(x)[1:3]] != graph.shape(made)[1:3]:
        return False
    copies = _concatenated(graph, [x] * 4, 3)
    graph.add("DepthToSpace", [copies], made, blockSize=2)
    return True


def _narrow(graph: GraphEdit, operator: Any) -> bool:
    """A convolution of stride 2 whose results are those of four neighbours."""
    x, weight, bias = operator.inputs
    made, options = operator.outputs[0], operator.builtinOptions
    shape = graph.shape(made)
    if not _is_narrow(graph.shape(weight), shape, options):
        return False
    four = _four_places(graph.values(weight, np.float32))
    biases = np.tile(graph.values(bias, np.float32), 4)
    half = graph.tensor([1, shape[1] // 2, shape[2] // 2, 4 * shape[3]])
    operator.inputs = [x, graph.constant(four), graph.constant(biases)]
    operator.outputs = [half]
    options.strideH = options.strideW = 2
    graph.operators.append(operator)
    graph.add("DepthToSpace", [half], made, blockSize=2)
    return True


def _is_narrow(kernel: Sequence[int], made: Sequence[int], options: Any) -> bool:
    return (
        kernel[0] <= FEW
        and min(kernel[1:3]) > 1
        and made[1] % 2 == made[2] % 2 == 0
        and options.padding == schema.Padding.VALID
        and options.strideH == options.strideW == 1
        and options.dilationHFactor == options.dilationWFactor == 1
    )


def _four_places(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """[outputs, h, w, inputs] to [4 * outputs, h + 1, w + 1, inputs]: the same kernel at
    each place of a 2x2 square, zeros around it."""
    outputs, height, width, inputs = weight.shape
    four = np.zeros((2, 2, outputs, height + 1, width + 1, inputs), np.float32)
    for down, right in np.ndindex(2, 2):
        four[down, right, :, down : down + height, right : right + width] = weight
    return four.reshape(4 * outputs, height + 1, width + 1, inputs)


_REWRITES: dict[int, Callable[[GraphEdit, Any], bool]] = {
    OPERATORS.MIRROR_PAD: _mirror_pad,
    OPERATORS.RESIZE_NEAREST_NEIGHBOR: _nearest,
    OPERATORS.CONV_2D: _narrow,
}
