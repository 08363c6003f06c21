"""Weights out of a network in ncnn's form, and that network run by ncnn.

The ``.param`` file has a line for each layer: type, name, how many inputs and outputs, their
names, then ``number=value`` settings.  The ``.bin`` beside it holds the layers' numbers in
the same order: of a convolution a tag (float16), the weights and float32 biases, of a PReLU
its float32 slopes, each padded to four bytes
(https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edge_convert.source_modules import source_module
from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MAGIC = "7767517"
HALF = 0x01306B47  # the tag of weights that are stored as float16
_OUTPUTS, _KERNEL, _BIAS, _SIZE = 0, 1, 5, 6
_SLOPES = 0
# Layers without numbers in the .bin.
_EMPTY = {"Input", "Split", "PixelShuffle", "Interp", "BinaryOp"}


class Layer(NamedTuple):
    """A line of the text: its type, name and settings by number."""

    kind: str
    name: str
    settings: dict[int, str]

    def number(self, setting: int) -> int:
        """A setting that is a whole number; ``ValueError`` where it is missing."""
        return int(self.settings.get(setting, ""))


def read_layers(param: Path) -> dict[str, dict[str, Floats]]:
    """The numbers of every layer that has some, by its name, in the file's order:
    ``weight`` [outputs, inputs, k, k] and ``bias`` of a convolution, ``weight`` of a PReLU.

    Raises ``WeightsError`` where a file is not of this form, to its last byte.
    """
    reader = _Reader(param.with_suffix(".bin").read_bytes())
    try:
        found = {layer.name: _READERS[layer.kind](reader, layer) for layer in _layers(param)}
    except (KeyError, ValueError, IndexError) as error:
        raise WeightsError(f"{param.name} is no ncnn network known here: {error}") from None
    if reader.left:
        raise WeightsError(f"{param.name}: its .bin is {reader.left} bytes too long")
    return found


def run_source(param: Path, rgb: Floats) -> Floats:
    """Run the network by ncnn: a picture [h, w, 3] in 0..1 to another one, in float32.

    Raises ``WeightsError`` where ncnn is not installed or cannot read the network.
    """
    ncnn = source_module("ncnn")
    network = ncnn.Net()
    for shortcut in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage"):
        setattr(network.opt, f"use_{shortcut}", False)
    network.opt.use_winograd_convolution = False
    network.opt.num_threads = 1
    binary = param.with_suffix(".bin")
    if network.load_param(str(param)) or network.load_model(str(binary)):
        raise WeightsError(f"ncnn cannot read {param.name}: get the package again")
    extractor = network.create_extractor()
    planes = np.ascontiguousarray(rgb.transpose(2, 0, 1), np.float32)
    extractor.input("data", ncnn.Mat(planes))
    _, made = extractor.extract("output")
    return np.array(made).transpose(1, 2, 0)


class _Reader:
    """The ``.bin``, read from its beginning; ``ValueError`` where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, kind: str, count: int) -> NDArray[np.generic]:
        """So many numbers, and what pads them to four bytes."""
        size = count * np.dtype(kind).itemsize
        if size > self.left:
            raise ValueError(f"the .bin ends {size - self.left} bytes too early")
        values = np.frombuffer(self._data, kind, count, self._at)
        self._at += min((size + 3) // 4 * 4, self.left)
        return values


def _layers(param: Path) -> Iterator[Layer]:
    """The layers that have numbers."""
    magic, counts, *lines = param.read_text(encoding="ascii").splitlines()
    if magic.strip() != MAGIC or int(counts.split()[0]) != len(lines):
        raise ValueError("another version, or cut short")
    for line in lines:
        kind, name, inputs, outputs, *rest = line.split()
        settings = (word.partition("=") for word in rest[int(inputs) + int(outputs) :])
        if kind not in _EMPTY:
            yield Layer(kind, name, {int(key): value for key, _, value in settings})


def _convolution(reader: _Reader, layer: Layer) -> dict[str, Floats]:
    outputs, kernel = layer.number(_OUTPUTS), layer.number(_KERNEL)
    inputs, rest = divmod(layer.number(_SIZE), outputs * kernel**2)
    if rest or not layer.number(_BIAS):
        raise ValueError(f"{layer.name} has weights of another shape, or no bias")
    tag = int(reader.take("<u4", 1)[0])
    if tag != HALF:
        raise ValueError(f"{layer.name} is stored as {tag:#010x}, not as float16")
    shape = (outputs, inputs, kernel, kernel)
    return {
        "weight": _finite(reader.take("<f2", math.prod(shape)), layer).reshape(shape),
        "bias": _finite(reader.take("<f4", outputs), layer),
    }


def _prelu(reader: _Reader, layer: Layer) -> dict[str, Floats]:
    return {"weight": _finite(reader.take("<f4", layer.number(_SLOPES)), layer)}


def _finite(values: NDArray[np.generic], layer: Layer) -> Floats:
    if not np.isfinite(values).all():
        raise ValueError(f"{layer.name} has numbers that are not finite")
    return values.astype(np.float32)


_READERS = {"Convolution": _convolution, "PReLU": _prelu}
