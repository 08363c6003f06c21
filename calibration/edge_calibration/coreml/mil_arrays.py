"""Core ML's operations, in PyTorch: shapes, arithmetic and reductions.

The same conventions as :mod:`edge_calibration.coreml.mil_layers`; an operation with several
outputs returns a list.  The table :data:`ARRAYS` names those that are supported.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


def integers(value: Tensor) -> list[int]:
    """Read a list of whole numbers."""
    return [int(v) for v in value.reshape(-1)]


def scalar(value: Tensor) -> Any:
    """Read a single number or truth value."""
    return value.reshape(-1)[0].item()


def slice_by_index(
    x: Tensor,
    begin: Tensor,
    end: Tensor,
    stride: Tensor | None = None,
    begin_mask: Tensor | None = None,
    end_mask: Tensor | None = None,
    squeeze_mask: Tensor | None = None,
) -> Tensor:
    """``x[begin:end:stride]`` in each dimension; masks mean 'from the start', 'to the end'
    and 'this one index'."""
    rank = x.ndim
    steps = integers(stride) if stride is not None else [1] * rank
    from_start, to_end, squeezed = (
        [bool(v) for v in mask.reshape(-1)] if mask is not None else [False] * rank
        for mask in (begin_mask, end_mask, squeeze_mask)
    )
    index: list[Any] = []
    for i, (first, last) in enumerate(zip(integers(begin), integers(end), strict=True)):
        if squeezed[i]:
            index.append(first)
        else:
            index.append(
                slice(None if from_start[i] else first, None if to_end[i] else last, steps[i])
            )
    return x[tuple(index)]


def slice_by_size(x: Tensor, begin: Tensor, size: Tensor) -> Tensor:
    """``size`` values from ``begin`` on in each dimension; -1 is all that is left."""
    for axis, (first, count) in enumerate(zip(integers(begin), integers(size), strict=True)):
        x = x.narrow(axis, first, x.shape[axis] - first if count == -1 else count)
    return x


def split(
    x: Tensor, axis: Tensor, num_splits: Tensor | None = None, split_sizes: Tensor | None = None
) -> list[Tensor]:
    """Cut along an axis, into equal parts or parts of the given sizes."""
    along = scalar(axis)
    if split_sizes is not None:
        return list(torch.split(x, integers(split_sizes), along))
    if num_splits is None:
        raise ValueError("split with neither num_splits nor split_sizes")
    return list(torch.chunk(x, scalar(num_splits), along))


def concat(values: list[Tensor], axis: Tensor, interleave: Tensor | None = None) -> Tensor:
    """Join along an axis."""
    if interleave is not None and scalar(interleave):
        raise ValueError("concat with interleave")
    return torch.cat(values, scalar(axis))


def _reduce(fold: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def reduce(
        x: Tensor, axes: Tensor | None = None, keep_dims: Tensor | None = None
    ) -> Tensor:
        dims = integers(axes) if axes is not None else list(range(x.ndim))
        return fold(x, dim=dims, keepdim=keep_dims is not None and bool(scalar(keep_dims)))

    return reduce


def gather(
    x: Tensor,
    indices: Tensor,
    axis: Tensor,
    batch_dims: Tensor | None = None,
    validate_indices: Tensor | None = None,
) -> Tensor:
    """Pick along an axis."""
    del validate_indices
    if batch_dims is not None and scalar(batch_dims):
        raise ValueError("gather with batch_dims")
    along = scalar(axis) % x.ndim
    picked = x.index_select(along, indices.reshape(-1).long())
    return picked.reshape(*x.shape[:along], *indices.shape, *x.shape[along + 1 :])


def matmul(
    x: Tensor, y: Tensor, transpose_x: Tensor | None = None, transpose_y: Tensor | None = None
) -> Tensor:
    """Matrix product of the last two dimensions."""
    left = x.transpose(-1, -2) if transpose_x is not None and scalar(transpose_x) else x
    right = y.transpose(-1, -2) if transpose_y is not None and scalar(transpose_y) else y
    return left @ right


def expand_dims(x: Tensor, axes: Tensor) -> Tensor:
    """Add dimensions of size 1."""
    for axis in sorted(integers(axes)):
        x = x.unsqueeze(axis)
    return x


def squeeze(x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Drop dimensions of size 1."""
    return x.squeeze() if axes is None else x.squeeze(integers(axes))


def cast(x: Tensor, dtype: str) -> Tensor:
    """Change the type; what float16 costs is the evaluator's to say."""
    kinds = {
        "fp16": torch.float32,
        "fp32": torch.float32,
        "int32": torch.int32,
        "bool": torch.bool,
    }
    return x.to(kinds[dtype])


def rsqrt(x: Tensor, epsilon: Tensor | None = None) -> Tensor:
    """1 / sqrt(x + epsilon); the default epsilon is 1e-12."""
    return torch.rsqrt(x + (1e-12 if epsilon is None else float(scalar(epsilon))))


def inverse(x: Tensor, epsilon: Tensor | None = None) -> Tensor:
    """1 / (x + epsilon); the default epsilon is 1e-4."""
    return 1 / (x + (1e-4 if epsilon is None else float(scalar(epsilon))))


def _elementwise() -> dict[str, Callable[..., Any]]:
    unary = ("relu", "sigmoid", "tanh", "exp", "sqrt", "square", "abs", "floor", "ceil", "erf")
    table: dict[str, Callable[..., Any]] = {name: getattr(torch, name) for name in unary}
    pairs: dict[str, Callable[..., Any]] = {
        "add": operator.add,
        "sub": operator.sub,
        "mul": operator.mul,
        "real_div": operator.truediv,
        "floor_div": operator.floordiv,
        "pow": operator.pow,
        "maximum": torch.maximum,
        "minimum": torch.minimum,
        "greater": operator.gt,
        "greater_equal": operator.ge,
        "less": operator.lt,
        "less_equal": operator.le,
        "equal": operator.eq,
        "not_equal": operator.ne,
    }
    table.update({name: _pairwise(run) for name, run in pairs.items()})
    return {name: _by_keyword(run) for name, run in table.items()}


def _pairwise(run: Callable[..., Any]) -> Callable[..., Any]:
    return run


def _by_keyword(run: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **inputs: run(*(inputs[key] for key in ("x", "y") if key in inputs))


ARRAYS: dict[str, Callable[..., Any]] = {
    **_elementwise(),
    "cast": cast,
    "clip": lambda x, alpha, beta: x.clamp(scalar(alpha), scalar(beta)),
    "concat": concat,
    "expand_dims": expand_dims,
    "gather": gather,
    "identity": lambda x: x,
    "inverse": inverse,
    "matmul": matmul,
    "reduce_max": _reduce(torch.amax),
    "reduce_mean": _reduce(torch.mean),
    "reduce_min": _reduce(torch.amin),
    "reduce_sum": _reduce(torch.sum),
    "reshape": lambda x, shape: x.reshape(integers(shape)),
    "rsqrt": rsqrt,
    "select": torch.where,
    "slice_by_index": slice_by_index,
    "slice_by_size": slice_by_size,
    "split": split,
    "squeeze": squeeze,
    "stack": lambda values, axis: torch.stack(values, scalar(axis)),
    "tile": lambda x, reps: x.tile(integers(reps)),
    "transpose": lambda x, perm: x.permute(integers(perm)),
}
