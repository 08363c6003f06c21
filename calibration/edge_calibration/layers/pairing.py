"""Which value of the PyTorch network a tensor of an exported graph holds.

Converters fuse, fold and rename, so neither names nor places can be trusted.  Values
can: where they agree, two nodes are the same.  Where they do not (that is what is looked
for), kind, name and the order of computation decide, over the whole graph at once: the
best alignment of two sequences (Needleman and Wunsch, 1970, as dynamic programming).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_calibration.layers.tensor_error import snr_db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from edge_calibration.layers.activations import Activation

AGREE_DB = 60.0  # float32 sums in another order stay above this
SAMPLE = 4096  # numbers of a tensor that are looked at
_VALUES, _KIND, _NAME = 6.0, 2.0, 1.0  # what each is worth to the alignment

_CONVOLUTION = {"convolution", "addmm", "mm", "linear", "native_batch_norm"}
_KINDS: Mapping[str, set[str]] = {
    "CONV_2D": _CONVOLUTION,
    "DEPTHWISE_CONV_2D": _CONVOLUTION,
    "TRANSPOSE_CONV": _CONVOLUTION,
    "FULLY_CONNECTED": _CONVOLUTION,
    "BATCH_MATMUL": {"bmm", "mm"},
    "ADD": {"add"},
    "SUB": {"sub", "rsub"},
    "MUL": {"mul"},
    "DIV": {"div"},
    "MEAN": {"mean", "adaptive_avg_pool2d"},
    "AVERAGE_POOL_2D": {"avg_pool2d", "mean"},
    "MAX_POOL_2D": {"max_pool2d_with_indices", "max_pool2d"},
    "LOGISTIC": {"sigmoid"},
    "SOFTMAX": {"_softmax"},
    "HARD_SWISH": {"hardswish"},
    "RELU": {"relu"},
    "RELU6": {"hardtanh", "clamp"},
    "PRELU": {"_prelu_kernel", "prelu"},
    "TANH": {"tanh"},
    "RSQRT": {"rsqrt"},
    "RESIZE_BILINEAR": {"upsample_bilinear2d"},
    "RESIZE_NEAREST_NEIGHBOR": {"upsample_nearest2d"},
    "PAD": {"constant_pad_nd"},
    "PADV2": {"constant_pad_nd"},
    "MIRROR_PAD": {"reflection_pad2d"},
    "CONCATENATION": {"cat"},
    "TRANSPOSE": {"permute"},
    "RESHAPE": {"view", "_unsafe_view"},
    "STRIDED_SLICE": {"slice"},
}
_KINDS_OF_CORE_ML: Mapping[str, set[str]] = {
    "conv": _CONVOLUTION,
    "conv_transpose": _CONVOLUTION,
    "linear": _CONVOLUTION,
    "reduce_mean": {"mean"},
    "concat": {"cat"},
    "clip": {"hardtanh", "clamp"},
    "relu6": {"hardtanh", "clamp"},
    "real_div": {"div"},
    "transpose": {"permute"},
    "reshape": {"view", "_unsafe_view"},
}
_FUSED: Mapping[str, set[str]] = {"RELU": {"relu"}, "RELU6": {"hardtanh", "clamp"}}
_WEIGHTED = {"convolution", "addmm", "mm", "linear"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Made:
    """What one node of an exported graph made: ``path`` is the module's as far as the
    node's name tells (``"deep/0/gate"``), ``inputs`` are the nodes it takes from."""

    path: str
    kind: str
    fused: str
    inputs: tuple[int, ...]
    values: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Twin:
    """The activation that a node holds, by number, and the network's words for it."""

    number: int
    layer: str
    operation: str
    turned: bool


def pair(activations: Sequence[Activation], nodes: Sequence[Made]) -> dict[int, Twin]:
    """The twin of each node that has one, by the node's number.

    A pair whose values differ is given up where a node right behind it agrees: an error
    does not heal.
    """
    scores = _Scores(activations, nodes)
    found = scores.aligned()
    taken = set(found.values())
    for number in set(range(len(nodes))) - found.keys():
        twin = scores.equal(number, taken)
        if twin is not None:
            found[number] = twin
            taken.add(twin)
    healed = {
        source
        for number, twin in found.items()
        if scores.agree(twin, number)
        for source in nodes[number].inputs
    }
    kept = {n: t for n, t in found.items() if n not in healed or scores.agree(t, n)}
    used = set(kept.values())
    return {n: _twin(activations, t, used, turned=scores.turned(t, n)) for n, t in kept.items()}


def in_layout(activation: Activation, *, turned: bool) -> NDArray[np.float32]:
    """An activation's values, as NHWC where ``turned``."""
    return activation.values.transpose(0, 2, 3, 1) if turned else activation.values


class _Scores:
    """How well an activation and a node go together."""

    def __init__(self, activations: Sequence[Activation], nodes: Sequence[Made]) -> None:
        self._activations, self._nodes = activations, nodes
        self._samples = [
            {
                turned: (_squeezed(values.shape), _sample(values))
                for turned in ((False, True) if activation.values.ndim == 4 else (False,))
                for values in [in_layout(activation, turned=turned)]
            }
            for activation in activations
        ]
        self._made = [(_squeezed(node.values.shape), _sample(node.values)) for node in nodes]
        self._close: dict[tuple[int, int], tuple[float, bool] | None] = {}

    def aligned(self) -> dict[int, int]:
        """The best alignment that keeps the order of both: node to activation."""
        rows, columns = len(self._nodes) + 1, len(self._activations) + 1
        best = np.zeros((rows, columns))
        gains = np.zeros((rows, columns))
        for row in range(1, rows):
            for column in range(1, columns):
                gain = gains[row, column] = self._gain(column - 1, row - 1)
                skipped = max(best[row - 1, column], best[row, column - 1])
                best[row, column] = max(skipped, best[row - 1, column - 1] + gain)
        return _traced(best, gains)

    def equal(self, number: int, taken: set[int]) -> int | None:
        """An activation, wherever it is, whose values are the node's."""
        free = (i for i in range(len(self._activations)) if i not in taken)
        return next((i for i in free if self.agree(i, number)), None)

    def agree(self, activation: int, number: int) -> bool:
        """Whether their values are the same but for rounding."""
        close = self._closeness(activation, number)
        return close is not None and close[0] >= AGREE_DB

    def turned(self, activation: int, number: int) -> bool:
        """Whether the activation has to be turned to NHWC to be compared."""
        close = self._closeness(activation, number)
        return close is not None and close[1]

    def _gain(self, activation: int, number: int) -> float:
        close = self._closeness(activation, number)
        if close is None:
            return 0.0
        values = _VALUES * min(max(close[0], 0.0), AGREE_DB) / AGREE_DB
        alike = self._same_kind(activation, number)
        if close[0] < AGREE_DB and not alike:
            return 0.0
        return values + _KIND * alike + _NAME * self._same_name(activation, number)

    def _closeness(self, activation: int, number: int) -> tuple[float, bool] | None:
        key = (activation, number)
        if key not in self._close:
            shape, made = self._made[number]
            options = [
                (snr_db(made, sample), turned)
                for turned, (other, sample) in self._samples[activation].items()
                if other == shape
            ]
            self._close[key] = max(options, default=None)
        return self._close[key]

    def _same_kind(self, activation: int, number: int) -> bool:
        node = self._nodes[number]
        known = _KINDS.get(node.kind) or _KINDS_OF_CORE_ML.get(node.kind)
        wanted = _FUSED.get(node.fused) or known or {node.kind.lower()}
        return self._activations[activation].operation in wanted

    def _same_name(self, activation: int, number: int) -> float:
        theirs = self._activations[activation].layer.split(".")
        ours = self._nodes[number].path.split("/")
        alike = sum(a == b for a, b in zip(theirs, ours, strict=False))
        return alike / max(len(theirs), len(ours))


def path_in_name(name: str) -> str:
    """The module's path in the name of a tensor: ``"up8/mix;1#2"`` to ``"up8/mix"``."""
    return re.split(r"[;#]", name, maxsplit=1)[0]


def _traced(best: NDArray[np.float64], gains: NDArray[np.float64]) -> dict[int, int]:
    found = {}
    row, column = best.shape[0] - 1, best.shape[1] - 1
    while row and column:
        gain = gains[row, column]
        if gain and best[row, column] == best[row - 1, column - 1] + gain:
            row, column = row - 1, column - 1
            found[row] = column
        elif best[row, column] == best[row - 1, column]:
            row -= 1
        else:
            column -= 1
    return found


def _twin(
    activations: Sequence[Activation], number: int, used: set[int], *, turned: bool
) -> Twin:
    """The words for an activation and for what was fused into its node before it.

    The layer is that of the weights where there are any: ``up8.mix``, not ``up8`` for the
    ReLU behind it.
    """
    chain = [number]
    while len(activations[chain[-1]].inputs) == 1:
        (before,) = activations[chain[-1]].inputs
        if before in used:
            break
        chain.append(before)
    steps = [activations[i] for i in chain]
    place = next((i for i, s in enumerate(steps) if s.operation in _WEIGHTED), 0)
    words = " + ".join(step.operation for step in reversed(steps[: place + 1]))
    return Twin(number=number, layer=steps[place].layer, operation=words, turned=turned)


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _sample(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Numbers of a tensor, the same places whatever its layout."""
    flat = np.ravel(values)
    places = np.linspace(0, flat.size - 1, min(SAMPLE, flat.size)).astype(np.int64)
    return flat[places]
