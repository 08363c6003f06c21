"""Half precision where the device gains by it and the numbers stay what they were."""

from __future__ import annotations

from contextlib import nullcontext
from enum import StrEnum
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager


class Precision(StrEnum):
    """What convolutions compute in; weights and results stay float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


_DTYPES = {Precision.BFLOAT16: torch.bfloat16, Precision.FLOAT16: torch.float16}
# In the order in which they are tried: float16 has three more bits of fraction.
_HALVES = (Precision.FLOAT16, Precision.BFLOAT16)
GATE = 0.01


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """The context in which a network computes in that precision."""
    if precision is Precision.FLOAT32:
        return nullcontext()
    return torch.autocast(device.type, dtype=_DTYPES[precision])


def best_precision(
    device: torch.device, outputs: Callable[[Precision], Sequence[torch.Tensor]]
) -> Precision:
    """The first half precision whose ``outputs`` pass the gate against those of float32.

    On the CPU it is float32: there the answer is to be the reference's own.
    """
    if device.type != "cuda":
        return Precision.FLOAT32
    reference = outputs(Precision.FLOAT32)
    for half in _HALVES:
        if distance(reference, outputs(half)) <= GATE:
            return half
    return Precision.FLOAT32


def distance(reference: Sequence[torch.Tensor], others: Sequence[torch.Tensor]) -> float:
    """The largest relative difference |a - b| / |a| (Euclidean norms) over pairs of tensors;
    infinite where a number is not finite."""
    shares = [
        ((other.double() - exact.double()).norm() / exact.double().norm().clamp(min=1e-12))
        for exact, other in zip(reference, others, strict=True)
    ]
    worst = torch.stack(shares).max().item()
    return worst if worst == worst else float("inf")  # noqa: PLR0124  not a number
