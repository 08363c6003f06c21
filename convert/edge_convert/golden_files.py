"""Arrays as the files of golden vectors: numbers in the JSON, PNG, or raw numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

from edge_runtime.golden import Values, array_sha256

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge_runtime.golden import DType

MOST_INLINE = 64
SAMPLE = 120_000


@dataclass
class Files:
    """Contents by path below ``golden/``, collected before any of them is written.

    Of what is larger than ``whole_up_to`` bytes a file holds every n-th number, so that it has
    at most ``sample`` bytes.
    """

    whole_up_to: int = SAMPLE
    sample: int = SAMPLE
    contents: dict[str, bytes] = field(default_factory=dict)

    def keep(self, stem: str, name: str, array: NDArray[Any]) -> Values:
        """An array's record; its numbers are in the record or in a file of that stem."""
        if array.size <= MOST_INLINE:
            return _values(name, array, numbers=tuple(array.reshape(-1).tolist()))
        if array.dtype == np.uint8 and array.ndim == 3:
            return _values(name, array, path=self._add(f"{stem}.png", png(array)))
        stride = self._stride(array) if array.nbytes > self.whole_up_to else 1
        part = array.reshape(-1)[::stride]
        raw = np.ascontiguousarray(part, part.dtype.newbyteorder("<")).tobytes()
        return _values(name, array, path=self._add(f"{stem}.bin", raw), stride=stride)

    def _stride(self, array: NDArray[Any]) -> int:
        stride = math.ceil(array.nbytes / self.sample)
        while math.gcd(stride, array.shape[-1]) > 1:  # or it would see one channel only
            stride += 1
        return stride

    def _add(self, path: str, content: bytes) -> str:
        self.contents[path] = content
        return path


def hashed(name: str, array: NDArray[Any]) -> Values:
    """An array's record with its hash alone."""
    return _values(name, array)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels uint8 [h, w, 3] as a PNG file."""
    into = BytesIO()
    Image.fromarray(pixels).save(into, format="PNG", optimize=True)
    return into.getvalue()


def _values(name: str, array: NDArray[Any], **kept: Any) -> Values:
    return Values(
        name=name,
        dtype=cast("DType", str(array.dtype)),
        shape=array.shape,
        sha256=array_sha256(array),
        **kept,
    )
