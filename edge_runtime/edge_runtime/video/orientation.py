"""The display matrix of a film: how its pictures have to be turned to stand upright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Rows and columns swapped first, then left and right, then top and bottom."""

    swap: bool = False
    mirror: bool = False
    flip: bool = False

    @property
    def quarter(self) -> bool:
        """Whether width and height change places."""
        return self.swap

    def applied(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture upright; itself where nothing is to be done."""
        if self == Turn():
            return pixels
        turned = pixels.swapaxes(0, 1) if self.swap else pixels
        turned = turned[:, ::-1] if self.mirror else turned
        return np.ascontiguousarray(turned[::-1] if self.flip else turned)


def turn_of(matrix: bytes | None) -> Turn:
    """Of FFmpeg's display matrix, nine int32: x' = a x + c y, y' = b x + d y.

    A matrix that turns by other than quarters is left alone, as browsers do.
    """
    if matrix is None or len(matrix) < 36:
        return Turn()
    a, b, _, c, d = np.frombuffer(matrix[:36], np.int32)[:5].tolist()
    if a and d and not b and not c:
        return Turn(mirror=a < 0, flip=d < 0)
    if b and c and not a and not d:
        return Turn(swap=True, mirror=c < 0, flip=b < 0)
    return Turn()


def turned_by(degrees: float) -> Turn:
    """Counter-clockwise, to the nearest quarter; for where no more is known."""
    quarters = round(degrees / 90) % 4
    return Turn(swap=quarters % 2 == 1, mirror=quarters >= 2, flip=quarters in {1, 2})
