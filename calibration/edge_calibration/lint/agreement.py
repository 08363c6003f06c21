"""Whether two TFLite files compute the same: both are run on the same values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_calibration.layers.tflite_graph import open_usual
from edge_calibration.quiet import aside
from edge_runtime.errors import VerificationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 3
NOISE = 1e-5  # of the largest output: other kernels add in another order


def check_agreement(before: bytes, after: bytes) -> float:
    """How far the outputs are apart at most, in real values.

    Raises ``VerificationError`` where it is more than rounding: a step of the quantisation
    where an output is quantised, else 1e-5 of the largest output.
    """
    with aside("opening both files"):
        one, other = open_usual(before), open_usual(after)
    worst = 0.0
    for seed in range(ROUNDS):
        _feed(one, other, np.random.default_rng(seed))
        one.invoke()
        other.invoke()
        pairs = zip(one.get_output_details(), other.get_output_details(), strict=True)
        for inner, outer in pairs:
            worst = max(worst, _difference((one, inner), (other, outer)))
    return worst


def _feed(one: Any, other: Any, rng: np.random.Generator) -> None:
    """The same values into both: what an integer input can hold exactly, pixels, noise."""
    pairs = zip(one.get_input_details(), other.get_input_details(), strict=True)
    for inner, outer in pairs:
        shape, dtype = tuple(inner["shape"]), inner["dtype"]
        if np.issubdtype(dtype, np.integer):
            limits = np.iinfo(dtype)
            raw = rng.integers(limits.min, limits.max, shape, endpoint=True).astype(dtype)
        elif len(shape) == 4:
            raw = rng.uniform(0, 255, shape).astype(dtype)
        else:
            raw = rng.normal(size=shape).astype(dtype)
        one.set_tensor(inner["index"], raw)
        given = raw if outer["dtype"] == dtype else _real(inner, raw)
        other.set_tensor(outer["index"], given)


def _difference(one: tuple[Any, Any], other: tuple[Any, Any]) -> float:
    left, right = (_real(d, s.get_tensor(d["index"])) for s, d in (one, other))
    steps = [detail["quantization"][0] for _, detail in (one, other)]
    allowed = max(*steps, NOISE * float(np.max(np.abs(left), initial=0.0)))
    finite = np.isfinite(left) == np.isfinite(right)
    off = float(np.max(np.abs(np.nan_to_num(left) - np.nan_to_num(right)), initial=0.0))
    if off > allowed or not finite.all():
        raise VerificationError(
            f"{one[1]['name']} differs by {off:.2g} once mended: nothing was written;"
            " report the file, and export the model anew instead"
        )
    return off


def _real(detail: Any, raw: NDArray[Any]) -> NDArray[np.float32]:
    scale, zero = detail["quantization"]
    values = raw.astype(np.float32)
    return values if scale == 0 else np.asarray((values - zero) * np.float32(scale), np.float32)
