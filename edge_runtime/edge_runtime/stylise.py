"""What the host does around a style network: read a mix, blend, keep the photo's colours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from edge_runtime.errors import PocketLensError, UnknownName

if TYPE_CHECKING:
    from numpy.typing import NDArray


def parse_style(text: str, count: int) -> NDArray[np.float32]:
    """Weights [1, count] that sum to 1, of ``"7"`` or a mix such as ``"3:0.5,12:0.5"``.

    Raises ``UnknownName`` for a style that does not exist, ``PocketLensError`` for weights
    that are not numbers, are negative or sum to nothing.
    """
    weights = np.zeros((1, count), np.float32)
    for part in text.split(","):
        name, _, weight = part.partition(":")
        weights[0, _index(name.strip(), count)] += _weight(weight.strip() or "1", part)
    total = weights.sum()
    if not total > 0:
        raise PocketLensError(f"the styles of {text!r} weigh nothing: give one a weight")
    return cast("NDArray[np.float32]", weights / total)


def blend(
    original: NDArray[np.uint8], styled: NDArray[np.uint8], strength: float
) -> NDArray[np.uint8]:
    """``strength`` (0..1) of ``styled`` over ``original``, both uint8 RGB [H, W, 3]."""
    if strength >= 1:
        return styled
    mixed = cv2.addWeighted(original, 1 - strength, styled, strength, 0)
    return cast("NDArray[np.uint8]", mixed)


def keep_colours(original: NDArray[np.uint8], styled: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The lightness of ``styled`` with the colours of ``original`` (in CIE L*a*b*)."""
    painted = cv2.cvtColor(styled, cv2.COLOR_RGB2LAB)
    photo = cv2.cvtColor(original, cv2.COLOR_RGB2LAB)
    photo[..., 0] = painted[..., 0]
    return cast("NDArray[np.uint8]", cv2.cvtColor(photo, cv2.COLOR_LAB2RGB))


def _index(name: str, count: int) -> int:
    known = [str(number) for number in range(count)]
    if name not in known:
        raise UnknownName("style", name, [f"0 to {count - 1}"])
    return int(name)


def _weight(text: str, part: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 <= weight < math.inf:
        raise PocketLensError(f"{part!r}: the weight of a style is a number from 0 up")
    return weight
