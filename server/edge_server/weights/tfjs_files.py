"""Tensors out of a TensorFlow.js graph model: a list in JSON, and the numbers beside it.

The ``.json`` names the tensors in the order in which the ``.bin`` holds them; each is stored
as float32, as float16 or as int32.  The graph itself is not read: nothing is run of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec
import numpy as np

from edge_runtime.errors import WeightsError
from edge_runtime.typed_reading import from_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_Size: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
_STORED = {"float32": "<f4", "float16": "<f2", "int32": "<i4"}


class _Packed(msgspec.Struct, frozen=True):
    dtype: str = ""


class _Listed(msgspec.Struct, frozen=True):
    name: str
    shape: tuple[_Size, ...]
    dtype: str
    quantization: _Packed = _Packed()


class _Group(msgspec.Struct, frozen=True):
    weights: tuple[_Listed, ...]


class _Model(msgspec.Struct, frozen=True, rename="camel"):
    weights_manifest: tuple[_Group, ...]


def read_tensors(topology: Path) -> dict[str, NDArray[np.float32]]:
    """Every tensor of floats by its name, float32, in TensorFlow's order (kernels HWIO).

    ``topology`` is the ``.json``; the ``.bin`` of that name lies beside it.  Raises
    ``WeightsError`` for files that do not belong together, or hold what is no number.
    """
    values = topology.with_suffix(".bin")
    if not values.is_file():
        raise WeightsError(f"there is no {values.name} beside {topology.name}: both are needed")
    data, at = values.read_bytes(), 0
    tensors: dict[str, NDArray[np.float32]] = {}
    for one in _listed(topology):
        array = _array(one, data, at, values.name)
        at += array.nbytes
        if one.dtype == "float32":
            tensors[one.name] = array.astype(np.float32).reshape(one.shape)
    if at != len(data):
        raise WeightsError(
            f"{values.name} has {len(data)} bytes, {topology.name} names {at}: get both again"
        )
    return tensors


def _listed(topology: Path) -> list[_Listed]:
    try:
        model = from_json(topology.read_bytes(), _Model)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise WeightsError(
            f"{topology.name} is no graph model of TensorFlow.js: name its .json"
        ) from None
    return [one for group in model.weights_manifest for one in group.weights]


def _array(one: _Listed, data: bytes, at: int, name: str) -> NDArray[np.generic]:
    kind = one.quantization.dtype or one.dtype
    if kind not in _STORED:
        raise WeightsError(f"{one.name} is stored as {kind}, which is not read here")
    dtype, count = np.dtype(_STORED[kind]), math.prod(one.shape)
    if at + count * dtype.itemsize > len(data):
        raise WeightsError(f"{name} ends before {one.name}: get it again")
    array: NDArray[np.generic] = np.frombuffer(data, dtype, count, at)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise WeightsError(f"{name}: {one.name} has numbers that are not finite: get it again")
    return array
