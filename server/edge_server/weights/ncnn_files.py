"""Convolutions out of a network in ncnn's form: a ``.param`` text and a ``.bin``.

The text has a line for each layer: type, name, how many inputs and outputs, their names,
then ``number=value`` settings (https://github.com/Tencent/ncnn, "param and model file
structure").  The ``.bin`` has, for each convolution in the order of the text, a tag that
says how its weights are stored (here always float16), the weights, and float32 biases, each
padded to four bytes.  Everything that is not as expected is an error, to the last byte.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Shape: TypeAlias = tuple[int, int, int, int]

_MAGIC = "7767517"
_HALF = 0x01306B47
_OUTPUTS, _KERNEL, _BIAS, _SIZE = 0, 1, 5, 6
# Layers that hold no numbers in the .bin.
_EMPTY = {"Input", "Split", "Concat", "Eltwise", "BinaryOp", "Interp"}


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """``weight`` float16 [outputs, inputs, k, k], ``bias`` float32 [outputs]."""

    name: str
    weight: NDArray[np.float16]
    bias: NDArray[np.float32]


def read_convolutions(param: Path) -> tuple[Convolution, ...]:
    """Every convolution in the order of ``param``; the ``.bin`` lies beside it.

    Raises ``WeightsError`` where a file is not of this form.
    """
    shapes = _shapes(param)
    data = param.with_suffix(".bin").read_bytes()
    found, offset = [], 0
    for name, shape in shapes:
        convolution, offset = _convolution(name, shape, data, offset)
        found.append(convolution)
    if offset != len(data):
        raise _wrong(param, f"its .bin has {len(data)} bytes, the text describes {offset}")
    return tuple(found)


def _shapes(param: Path) -> list[tuple[str, Shape]]:
    try:
        lines = param.read_text(encoding="ascii").splitlines()
        layers, _blobs = (int(number) for number in lines[1].split())
    except (UnicodeDecodeError, IndexError, ValueError):
        raise _wrong(param, "it does not begin as one") from None
    if lines[0].strip() != _MAGIC or len(lines) != layers + 2:
        raise _wrong(param, "it is another version, or cut short")
    return [shape for line in lines[2:] if (shape := _shape(line, param)) is not None]


def _shape(line: str, param: Path) -> tuple[str, Shape] | None:
    """Name and shape of a convolution; None for a layer without numbers of its own."""
    words = line.split()
    try:
        kind, name = words[:2]
        inputs, outputs = int(words[2]), int(words[3])
        settings = dict(_setting(word) for word in words[4 + inputs + outputs :])
        if kind in _EMPTY:
            return None
        if kind != "Convolution" or int(settings[_BIAS]) != 1:
            raise _wrong(param, f"{name} is a {kind} that is not known here")
        return name, _weights_of(settings)
    except (ValueError, IndexError, KeyError, ZeroDivisionError):
        raise _wrong(param, f"the line {line[:60]!r} says too little") from None


def _setting(word: str) -> tuple[int, str]:
    number, _, value = word.partition("=")
    return int(number), value


def _weights_of(settings: Mapping[int, str]) -> Shape:
    outputs, kernel, size = (int(settings[key]) for key in (_OUTPUTS, _KERNEL, _SIZE))
    inputs, rest = divmod(size, outputs * kernel * kernel)
    if rest or min(inputs, outputs, kernel) < 1:
        raise ValueError
    return outputs, inputs, kernel, kernel


def _convolution(name: str, shape: Shape, data: bytes, offset: int) -> tuple[Convolution, int]:
    size = math.prod(shape)
    weights = offset + 4
    biases = weights + (2 * size + 3) // 4 * 4
    end = biases + 4 * shape[0]
    if end > len(data):
        raise WeightsError(f"the .bin ends in the middle of {name}: get it again")
    tag = int.from_bytes(data[offset:weights], "little")
    if tag != _HALF:
        raise WeightsError(f"{name} is stored as {tag:#010x}, not as float16: not known here")
    weight = np.frombuffer(data, "<f2", size, weights).reshape(shape)
    bias = np.frombuffer(data, "<f4", shape[0], biases)
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        raise WeightsError(f"{name} has numbers that are not finite: get the file again")
    return Convolution(name=name, weight=weight, bias=bias), end


def _wrong(param: Path, what: str) -> WeightsError:
    return WeightsError(f"{param.name} is no network of ncnn that is known here: {what}")
