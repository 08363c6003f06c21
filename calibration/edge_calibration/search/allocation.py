"""Which layer to make cheaper next: the arithmetic of mixed precision, without any model.

If the losses of single layers add up, the best mixes for every size are found by walking
down the lower convex hulls of the layers' options, always taking the step that loses least
for what it saves (Shoham and Gersho 1988, "Efficient bit allocation for an arbitrary set
of quantizers", IEEE Trans. ASSP 36(9)).  Squared errors nearly add up where they are small
and independent; what a mix loses in truth has to be measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edge_calibration.recipes import Precision


@dataclass(frozen=True, kw_only=True)
class Option:
    """A layer alone in a precision: what it saves and what it loses against float."""

    precision: Precision
    saving: float
    loss: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """Make one layer cheaper; ``rate`` is the loss for each unit that is saved."""

    layer: str
    precision: Precision
    rate: float


FLOAT = Option(precision="float", saving=0.0, loss=0.0)


def hull(options: Iterable[Option]) -> list[Option]:
    """The options from float on that no mixture of two others beats: each saves more than
    the one before, at a rate that is higher."""
    corners = [FLOAT]
    for option in sorted(options, key=lambda o: (o.saving, -o.loss)):
        if option.saving <= 0:
            continue
        while corners and option.loss <= corners[-1].loss and len(corners) > 1:
            corners.pop()
        while len(corners) > 1 and _rate(corners[-1], option) <= _rate(*corners[-2:]):
            corners.pop()
        corners.append(option)
    return corners


def ladder(options: Mapping[str, Sequence[Option]]) -> list[Step]:
    """Every step down the hulls of all layers, the least loss for what it saves first."""
    steps = []
    for layer, of_layer in options.items():
        corners = hull(of_layer)
        steps += [
            Step(layer=layer, precision=low.precision, rate=_rate(high, low))
            for high, low in pairwise(corners)
        ]
    return sorted(steps, key=lambda step: step.rate)


def mix_after(layers: Iterable[str], steps: Sequence[Step], count: int) -> dict[str, Precision]:
    """The precision of each layer after so many steps from float."""
    mix: dict[str, Precision] = dict.fromkeys(layers, "float")
    mix.update({step.layer: step.precision for step in steps[:count]})
    return mix


def front(points: Sequence[tuple[float, ...]]) -> list[int]:
    """The indexes of the points that no other is as good as in everything and better in
    something; less is better, and of equal points the first stays."""
    return [
        i
        for i, point in enumerate(points)
        if not any(_beats(other, point, j < i) for j, other in enumerate(points) if j != i)
    ]


def _beats(other: tuple[float, ...], point: tuple[float, ...], earlier: bool) -> bool:  # noqa: FBT001
    as_good = all(a <= b for a, b in zip(other, point, strict=True))
    return as_good and (other != point or earlier)


def _rate(high: Option, low: Option) -> float:
    """The loss for each unit saved between two options."""
    return max(0.0, low.loss - high.loss) / (low.saving - high.saving)
