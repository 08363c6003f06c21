"""Weights out of a TensorFlow frozen graph, read without TensorFlow.

A frozen ``.pb`` is a ``GraphDef`` in protobuf's wire format: a message is a run of fields,
each a key (number and wire type) and a value.  Only what leads to a constant's numbers is
looked at: ``node`` (1) of the graph, ``name`` (1) and ``op`` (2) of a node, its ``attr`` (5)
``value``, there the ``tensor`` (8) with ``dtype`` (1), ``tensor_shape`` (2) and
``tensor_content`` (4) or single ``float_val`` (5).
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edge_convert.source_modules import source_module
from edge_runtime.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
_FIXED = {EIGHT_BYTES: 8, FOUR_BYTES: 4}
FLOAT32 = 1  # TensorFlow's DT_FLOAT


class Field(NamedTuple):
    """One field of a message: its number, and an integer or the bytes of its value."""

    number: int
    value: int | memoryview


def read_constants(path: Path) -> dict[str, NDArray[np.float32]]:
    """Every float32 constant of a frozen graph, by its node's name.

    Raises ``WeightsError`` where the file is not a graph.
    """
    data = memoryview(path.read_bytes())
    try:
        found = dict(_constants(data))
    except (IndexError, UnicodeDecodeError, ValueError) as error:
        raise WeightsError(f"{path.name} is not a TensorFlow graph: {error}") from None
    if not found:
        raise WeightsError(f"{path.name} holds no float32 constants: is it a frozen graph?")
    return found


def fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message, in order; ``ValueError`` where it ends too early."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield Field(number, value)
            continue
        length, at = _length(message, at, kind)
        if at + length > len(message):
            raise ValueError(f"field {number} is cut off")
        yield Field(number, message[at : at + length])
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    value, shift = 0, 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _length(message: memoryview, at: int, kind: int) -> tuple[int, int]:
    if kind == BYTES:
        return _varint(message, at)
    if kind not in _FIXED:
        raise ValueError(f"wire type {kind} at byte {at}")
    return _FIXED[kind], at


def _messages(message: memoryview, *path: int) -> Iterator[memoryview]:
    """The messages that lie under a path of field numbers."""
    if not path:
        yield message
        return
    for number, value in fields(message):
        if number == path[0] and isinstance(value, memoryview):
            yield from _messages(value, *path[1:])


def _text(message: memoryview, number: int) -> str:
    return next((bytes(value).decode() for value in _messages(message, number)), "")


def _constants(graph: memoryview) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for node in _messages(graph, 1):
        if _text(node, 2) != "Const":
            continue
        for tensor in _messages(node, 5, 2, 8):
            if Field(1, FLOAT32) in fields(tensor):
                yield _text(node, 1), _values(tensor)


def _values(tensor: memoryview) -> NDArray[np.float32]:
    """Numbers in row-major order; a single one stands for as many as the shape has."""
    shape = [_size(dimension) for dimension in _messages(tensor, 2, 2)]
    content = b"".join(_messages(tensor, 4)) or b"".join(_messages(tensor, 5))
    numbers = np.frombuffer(content, "<f4")
    if len(numbers) == 1:
        numbers = np.repeat(numbers, prod(shape))
    return numbers.reshape(shape).astype(np.float32)


def _size(dimension: memoryview) -> int:
    return next((v for n, v in fields(dimension) if n == 1 and isinstance(v, int)), 0)


def run_source(
    path: Path, inputs: Mapping[str, NDArray[np.generic]], wanted: Sequence[str]
) -> list[NDArray[np.float32]]:
    """Run the graph by TensorFlow; inputs and outputs by the names of its tensors.

    Raises ``WeightsError`` where TensorFlow is not installed.
    """
    tensorflow = source_module("tensorflow").compat.v1
    graph = tensorflow.GraphDef()
    graph.ParseFromString(path.read_bytes())
    with tensorflow.Graph().as_default(), tensorflow.Session() as session:
        tensorflow.import_graph_def(graph, name="")
        answers: list[NDArray[np.float32]] = session.run(list(wanted), dict(inputs))
    return answers
