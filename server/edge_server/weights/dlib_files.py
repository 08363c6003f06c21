"""Tensors out of an archive of dlib's ``serialize`` (dlib/serialize.h).

A whole number is a byte, whose low half says how many bytes follow and whose highest bit is
the sign, then those bytes, the lowest first.  A tensor is the number 2, four sizes, and its
float32 values.  What lies between two tensors describes layers, and nothing is run of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_VERSION = 2
# What describes a layer between two tensors is shorter.
_MOST_BETWEEN = 1024


def read_tensors(path: Path, shapes: Sequence[tuple[int, ...]]) -> list[NDArray[np.float32]]:
    """The tensors of these shapes (at most four sizes), in the order of the file.

    Raises ``WeightsError`` where one does not follow the last, or is not finite.
    """
    data = path.read_bytes()
    return list(_tensors(path.name, data, shapes))


def whole(number: int) -> bytes:
    """A number that is not negative, as dlib writes it."""
    size = max(1, (number.bit_length() + 7) // 8)
    return bytes([size]) + number.to_bytes(size, "little")


def _tensors(
    name: str, data: bytes, shapes: Sequence[tuple[int, ...]]
) -> Iterator[NDArray[np.float32]]:
    at = 0
    for shape in shapes:
        sizes = (*shape, 1, 1, 1)[:4]
        head = b"".join(map(whole, (_VERSION, *sizes)))
        start = data.find(head, at, at + _MOST_BETWEEN) + len(head)
        numbers = data[start : start + 4 * math.prod(shape)]
        values = np.frombuffer(numbers[: len(numbers) // 4 * 4], "<f4")
        found = start >= len(head) and values.size == math.prod(shape)
        if not found or not np.isfinite(values).all():
            raise WeightsError(
                f"{name} has no tensor of the sizes {shape} where one has to be: get the very "
                "file that the spec names"
            )
        at = start + values.nbytes
        yield values.reshape(shape)
