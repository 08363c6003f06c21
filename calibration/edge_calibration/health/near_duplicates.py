"""Pairs of photos of which one was made from the other: scaled, cut, mirrored, re-encoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from edge_calibration.health.fingerprint import SIDE, windows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from edge_calibration.health.fingerprint import Fingerprint

    Pixels: TypeAlias = NDArray[np.uint8]
    Box: TypeAlias = NDArray[np.float64]

MAYBE = 0.85
"""The likeness of coarse views from which two photos are looked at closely."""
SAME = 0.95
"""The likeness of two photos, laid over each other, from which one was made from the other."""
SAME_DETAIL = 0.6
"""And of what is left of both without their soft parts: two skies are alike but for it."""
_FINE = 24
_MOVES = (0.05, 0.025, 0.0125)
_ENOUGH = (0.5, 0.8, 0.9)
"""How alike two photos have to be before each finer move of the window is tried."""
_LEAST_SIDE = 0.35
_AT_ONCE = 32


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two photos, by name, and how alike they are where they show the same, up to 1."""

    one: str
    other: str
    likeness: float


def pairs_within(prints: Mapping[str, Fingerprint]) -> tuple[Pair, ...]:
    """The near-duplicates in one set of photos, in alphabetical order."""
    found = {}
    for pair in _pairs(prints, prints):
        one, other = sorted((pair.one, pair.other))
        if one != other:
            found[one, other] = Pair(one=one, other=other, likeness=pair.likeness)
    return tuple(found[key] for key in sorted(found))


def pairs_between(
    prints: Mapping[str, Fingerprint], others: Mapping[str, Fingerprint]
) -> tuple[Pair, ...]:
    """The photos of one set with what was made from them, or they from, in another."""
    found = {(pair.one, pair.other): pair for pair in _pairs(prints, others)}
    for pair in _pairs(others, prints):
        turned = Pair(one=pair.other, other=pair.one, likeness=pair.likeness)
        found.setdefault((turned.one, turned.other), turned)
    return tuple(found[key] for key in sorted(found))


def _pairs(
    wholes: Mapping[str, Fingerprint], parts: Mapping[str, Fingerprint]
) -> Iterator[Pair]:
    """The second of each pair is a part of the first, or all of it."""
    for name, other, mirror, window in _candidates(wholes, parts):
        if wholes is parts and name == other:
            continue
        small = parts[other].small[:, ::-1] if mirror else parts[other].small
        if likeness := _closely(wholes[name].small, small, window):
            yield Pair(one=name, other=other, likeness=round(likeness, 3))


def _candidates(
    wholes: Mapping[str, Fingerprint], parts: Mapping[str, Fingerprint]
) -> Iterator[tuple[str, str, bool, Box]]:
    """The pairs whose coarse views are alike, whether in the mirror, and in which window."""
    others = [(name, mirror) for mirror in (False, True) for name in parts]
    views = [parts[name].mirrored if mirror else parts[name].whole for name, mirror in others]
    wanted = np.stack(views, axis=1)
    names = list(wholes)
    for chunk in (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE)):
        seen = np.concatenate([wholes[name].views for name in chunk])
        likeness = (seen @ wanted).reshape(len(chunk), -1, len(others))
        for row, column in np.argwhere(likeness.max(axis=1) > MAYBE):
            window = windows()[likeness[row, :, column].argmax()]
            yield chunk[row], *others[column], window


def _closely(whole: Pixels, part: Pixels, window: Box) -> float | None:
    """How alike the part and that window are at best, if that is enough."""
    fine = _cells(part, np.array([0.0, 0.0, 1.0, 1.0]))
    likeness = _likeness(_cells(whole, window), fine)
    for enough, move in zip(_ENOUGH, _MOVES, strict=True):
        if likeness < enough:
            return None
        window, likeness = _moved(whole, fine, window, move)
    if likeness < SAME:
        return None
    detail = _likeness(_detail(_cells(whole, window)), _detail(fine))
    return likeness if detail >= SAME_DETAIL else None


def _moved(
    whole: Pixels, fine: NDArray[np.float32], window: Box, move: float
) -> tuple[Box, float]:
    """The window with its edges moved by that much for as long as it helps."""
    best, before = _likeness(_cells(whole, window), fine), -1.0
    while best > before:
        before = best
        for edge, step in ((edge, step) for edge in range(4) for step in (-move, move)):
            trial = window.copy()
            trial[edge] = np.clip(trial[edge] + step, 0, 1)
            if (trial[2:] - trial[:2]).min() >= _LEAST_SIDE:
                likeness = _likeness(_cells(whole, trial), fine)
                if likeness > best + 1e-4:
                    best, window = likeness, trial
    return window, best


def _cells(small: Pixels, window: Box) -> NDArray[np.float32]:
    x0, y0, x1, y1 = np.rint(window * SIDE).astype(int)
    part = np.ascontiguousarray(small[y0:y1, x0:x1])
    cells = cv2.resize(part, (_FINE, _FINE), interpolation=cv2.INTER_AREA)
    return np.asarray(cells, np.float32)


def _detail(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cells - cv2.GaussianBlur(cells, (0, 0), 1.5), np.float32)


def _likeness(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """The correlation of the pixels of two pictures, colour by colour."""
    a, b = a - a.mean(axis=(0, 1)), b - b.mean(axis=(0, 1))
    scale = np.sqrt((a * a).sum() * (b * b).sum())
    return float((a * b).sum() / scale) if scale > 0 else 0.0
