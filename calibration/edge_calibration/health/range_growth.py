"""Are these photos enough?  How the ranges that int8 has to cover grow with each photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_runtime.spec import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ranges: TypeAlias = Mapping[str, tuple[float, float]]
    Floats: TypeAlias = NDArray[np.float64]

ORDERS = 32
STRETCHED = 0.2
NAMED = 5
"""How many tensors are listed."""


class TensorGrowth(Record, frozen=True, kw_only=True):
    """A tensor, and by how much of its width its range is expected to grow with the next
    photo; ``beyond``: by how much the worst of the other set's photos leaves it."""

    tensor: str
    next_photo: float
    beyond: float | None = None


class Growth(Record, frozen=True, kw_only=True):
    """How the ranges of a model's activations grow with the photos, as shares of the width
    that they have in the end.

    ``curve``: the mean width after 1, 2, ... photos, over seeded orders; ``next_photo``:
    how much one more photo is expected to add, the mean over the tensors; ``stretchers``:
    the photos that alone make up more than a fifth of a tensor's range; ``beyond``: how far
    the photos of the other set leave the ranges, the mean over photos and tensors, and
    ``often_beyond``: the share of them by more than a twentieth.
    """

    model: str
    tensors: int
    curve: tuple[float, ...]
    next_photo: float
    stretchers: tuple[str, ...]
    widest: tuple[TensorGrowth, ...]
    beyond: float | None = None
    often_beyond: float | None = None
    leavers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class SeenRanges:
    """The least and largest value of each tensor in each photo: float64 [photos, tensors]."""

    photos: tuple[str, ...]
    tensors: tuple[str, ...]
    low: Floats
    high: Floats

    @classmethod
    def of(cls, photos: Sequence[str], seen: Sequence[Ranges]) -> SeenRanges:
        """From a mapping a photo, each with the same tensors."""
        tensors = tuple(sorted(seen[0]))
        both = np.array([[ranges[name] for name in tensors] for ranges in seen], np.float64)
        return cls(photos=tuple(photos), tensors=tensors, low=both[..., 0], high=both[..., 1])

    def widths(self) -> Floats:
        """Of each tensor over all photos; 1 where it never changes, which grows by 0."""
        widths = self.high.max(axis=0) - self.low.min(axis=0)
        return np.where(widths > 0, widths, 1.0)


def growth(
    model: str, seen: SeenRanges, others: SeenRanges | None = None, seed: int = 0
) -> Growth:
    """The growth of the ranges of at least two photos, and how ``others`` leave them."""
    added = _added(seen)
    by_tensor = added.mean(axis=0)
    beyond = _beyond(seen, others) if others else None
    worst = None if beyond is None else beyond.max(axis=0)
    order = np.argsort(-by_tensor, kind="stable")[:NAMED]
    return Growth(
        model=model,
        tensors=len(seen.tensors),
        curve=tuple(_rounded(width) for width in _curve(seen, seed)),
        next_photo=_rounded(by_tensor.mean()),
        stretchers=_names(seen.photos, added.max(axis=1), STRETCHED),
        widest=tuple(
            TensorGrowth(
                tensor=seen.tensors[at],
                next_photo=_rounded(by_tensor[at]),
                beyond=None if worst is None else _rounded(worst[at]),
            )
            for at in order
        ),
        beyond=None if beyond is None else _rounded(beyond.mean()),
        often_beyond=None if beyond is None else _rounded((beyond > 0.05).mean()),
        leavers=()
        if beyond is None
        else _names(others.photos, beyond.max(axis=1), STRETCHED)
        if others
        else (),
    )


def _added(seen: SeenRanges) -> Floats:
    """What each photo adds to the ranges of all the others, as a share: [photos, tensors].

    Its mean over the photos estimates what one more photo will add (the jackknife).
    """
    without = [
        np.delete(seen.high, at, axis=0).max(axis=0)
        - np.delete(seen.low, at, axis=0).min(axis=0)
        for at in range(len(seen.photos))
    ]
    full = seen.high.max(axis=0) - seen.low.min(axis=0)
    return np.asarray((full - np.array(without)) / seen.widths())


def _beyond(seen: SeenRanges, others: SeenRanges) -> Floats:
    over = np.maximum(others.high - seen.high.max(axis=0), 0)
    under = np.maximum(seen.low.min(axis=0) - others.low, 0)
    return np.asarray((over + under) / seen.widths())


def _curve(seen: SeenRanges, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    curves = []
    for _ in range(ORDERS):
        order = rng.permutation(len(seen.photos))
        high = np.maximum.accumulate(seen.high[order])
        low = np.minimum.accumulate(seen.low[order])
        curves.append(((high - low) / seen.widths()).mean(axis=1))
    return np.asarray(np.mean(curves, axis=0) / np.mean(curves, axis=0)[-1])


def _names(photos: Sequence[str], shares: Floats, least: float) -> tuple[str, ...]:
    """Those above that share, the largest first."""
    order = np.argsort(-shares, kind="stable")
    return tuple(photos[at] for at in order if shares[at] > least)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
