"""Tensors as the protocol has them: a name, a datatype, a shape, and data in three forms.

JSON numbers, raw bytes (little endian, rows first; BYTES as 4-byte lengths and contents),
and numpy.  Shapes are checked against the data before anything of their size is made.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_server.problems import MalformedRequest, OutputTooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DTYPES: dict[str, str] = {
    "BOOL": "?",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
MAX_DIMENSION = 2**31
MAX_SIDES = 8
# More than so many numbers are not written as text.
MAX_VALUES = 2**24


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """``array`` has the shape; of BYTES it holds ``bytes`` objects."""

    name: str
    datatype: str
    array: NDArray[Any]

    @property
    def shape(self) -> list[int]:
        """The lengths of its sides."""
        return list(self.array.shape)


def tensor(name: str, values: NDArray[Any] | Sequence[str]) -> Tensor:
    """A tensor of ours: an array, or texts (BYTES, UTF-8)."""
    if isinstance(values, np.ndarray):
        kinds = {np.dtype(dtype): datatype for datatype, dtype in DTYPES.items()}
        return Tensor(name=name, datatype=kinds[values.dtype], array=values)
    encoded = np.empty(len(values), object)
    encoded[:] = [text.encode() for text in values]
    return Tensor(name=name, datatype="BYTES", array=encoded)


def checked_shape(name: str, shape: Any) -> list[int]:
    """Whole numbers from 0 up, not too many of them; raises ``MalformedRequest``."""
    good = isinstance(shape, list) and len(shape) <= MAX_SIDES
    if not good or not all(type(n) is int and 0 <= n < MAX_DIMENSION for n in shape):
        raise MalformedRequest(f"the shape of {name[:60]!r} is not a list of whole numbers")
    return list(shape)


def from_raw(name: str, datatype: str, shape: list[int], content: bytes) -> Tensor:
    """A tensor of its bytes; raises ``MalformedRequest`` where they are not its."""
    if datatype == "BYTES":
        return from_texts(name, shape, _split(name, content))
    dtype = _dtype(name, datatype)
    if math.prod(shape) * dtype.itemsize != len(content):
        raise MalformedRequest(
            f"{name[:60]!r} has {len(content)} bytes, which its shape and datatype do not: "
            "send as many as they say"
        )
    if datatype == "BOOL" and content.translate(None, b"\0\1"):
        raise MalformedRequest(f"a byte of {name[:60]!r} is not 0 or 1: mend it")
    array = np.frombuffer(content, dtype).reshape(shape)
    return Tensor(name=name, datatype=datatype, array=array)


def from_values(name: str, datatype: str, shape: list[int], values: Sequence[Any]) -> Tensor:
    """A tensor of JSON values, flat or nested; raises ``MalformedRequest``."""
    flat = _flat(name, values, shape)
    if len(flat) != math.prod(shape):
        raise MalformedRequest(
            f"{name[:60]!r} has {len(flat)} values, which its shape has not: send as many"
        )
    kinds = set(map(type, flat))
    if datatype == "BYTES":
        if not kinds <= {str}:
            raise MalformedRequest(f"{name[:60]!r} is of BYTES: send texts")
        return from_texts(name, shape, [value.encode() for value in flat])
    dtype = _dtype(name, datatype)
    if not _fits(flat, kinds, dtype):
        raise MalformedRequest(f"a value of {name[:60]!r} is not of {datatype}: mend it")
    return Tensor(name=name, datatype=datatype, array=np.array(flat, dtype).reshape(shape))


def from_texts(name: str, shape: list[int], parts: Sequence[bytes]) -> Tensor:
    """A tensor of BYTES; raises ``MalformedRequest`` where it has not as many elements."""
    if len(parts) != math.prod(shape):
        raise MalformedRequest(
            f"{name[:60]!r} has {len(parts)} elements, which its shape has not: send as many"
        )
    array = np.empty(len(parts), object)
    array[:] = parts
    return Tensor(name=name, datatype="BYTES", array=array.reshape(shape))


def to_raw(given: Tensor) -> bytes:
    """Its bytes as the protocol has them."""
    if given.datatype != "BYTES":
        return np.ascontiguousarray(given.array).tobytes()
    return b"".join(struct.pack("<I", len(one)) + one for one in given.array.ravel())


def to_values(given: Tensor) -> list[Any]:
    """Its values, flat, as JSON has them; raises ``OutputTooLarge`` where they are too many.

    Each number is written with as many digits as lead back to it.
    """
    if given.array.size > MAX_VALUES:
        raise OutputTooLarge(
            f"{given.name} has more than {MAX_VALUES} values: ask for it with binary_data",
            limit=MAX_VALUES,
            actual=given.array.size,
        )
    if given.datatype == "BYTES":
        return [one.decode("utf-8", "replace") for one in given.array.ravel()]
    return list(given.array.ravel().tolist())


def _dtype(name: str, datatype: str) -> np.dtype[Any]:
    if datatype not in DTYPES:
        raise MalformedRequest(
            f"the datatype of {name[:60]!r} is not known: it is BYTES, or {', '.join(DTYPES)}"
        )
    return np.dtype(DTYPES[datatype])


def _split(name: str, content: bytes) -> list[bytes]:
    """Lengths and contents in turn; a length that lies is an error, not a guess."""
    parts, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "little")
        end = at + 4 + length
        if end > len(content):
            raise MalformedRequest(
                f"an element of {name[:60]!r} says it is longer than what is there: mend it"
            )
        parts.append(content[at + 4 : end])
        at = end
    return parts


def _flat(name: str, values: Sequence[Any], shape: list[int]) -> Sequence[Any]:
    """Nested lists as one, a level at a time: strangers choose how deep they nest."""
    level, depth = [values], 0
    while set(map(type, level)) == {list}:
        nested = [inner for inner in level if inner and type(inner[0]) is list]
        if depth or nested:
            _check_lengths(name, level, shape[depth : depth + 1])
        level, depth = list(chain.from_iterable(level)), depth + 1
    return level


def _check_lengths(name: str, level: Sequence[Sequence[Any]], expected: list[int]) -> None:
    if {*map(len, level)} != {*expected}:
        raise MalformedRequest(f"{name[:60]!r} is not nested as its shape says: mend it")


def _fits(flat: Sequence[Any], kinds: set[type], dtype: np.dtype[Any]) -> bool:
    if dtype.kind == "b":
        return kinds <= {bool}
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return kinds <= {int} and (
            not flat or (info.min <= min(flat) and max(flat) <= info.max)
        )
    most = float(np.finfo(dtype).max)
    return kinds <= {int, float} and all(-most <= value <= most for value in flat)
