"""PReLU as one operation again, where litert-torch spells it out as four.

``relu(x) - slopes * relu(-x)`` is what it writes.  LiteRT and its delegates know the
operation itself: the face mesh takes 1.25 times as long without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

_KINDS = schema.BuiltinOperator
_RELU = schema.ActivationFunctionType.RELU


def join_prelu(file: bytes) -> bytes:
    """The same graph with every spelt-out PReLU exchanged for the operation."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
    graph = model.subgraphs[0]
    reader = _Reader(model)
    found = [spelt for last in graph.operators if (spelt := reader.spelt_out(last))]
    if not found:
        return file
    gone = {id(part) for spelt in found for part in spelt.parts}
    for spelt in found:
        _exchange(model, spelt)
    graph.operators = [operator for operator in graph.operators if id(operator) not in gone]
    _forget(model, {part.outputs[0] for spelt in found for part in spelt.parts})
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


@dataclass(frozen=True, kw_only=True)
class _Spelt:
    """A PReLU that was found: what goes in, its slopes, its last operation, the others."""

    picture: int
    slopes: int
    last: Any
    parts: tuple[Any, ...]


class _Reader:
    """Answers what made a tensor, for the main graph."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._tensors = model.subgraphs[0].tensors
        operators = model.subgraphs[0].operators
        self._makers = {operator.outputs[0]: operator for operator in operators}

    def spelt_out(self, last: Any) -> _Spelt | None:
        """``last`` as the end of ``RELU(x) - MUL(MUL(x, -1) with RELU, slopes)``."""
        if self._kind(last) != _KINDS.SUB:
            return None
        positive = self._maker(last.inputs[0], _KINDS.RELU)
        scaled = self._maker(last.inputs[1], _KINDS.MUL)
        negative = self._maker(scaled.inputs[0], _KINDS.MUL) if scaled else None
        if positive is None or negative is None or negative.inputs[0] != positive.inputs[0]:
            return None
        picture, slopes = positive.inputs[0], scaled.inputs[1]
        if not (self._turns_sign(negative) and self._one_a_channel(slopes, picture)):
            return None
        parts = (positive, negative, scaled)
        return _Spelt(picture=picture, slopes=slopes, last=last, parts=parts)

    def _maker(self, index: int, kind: int) -> Any:
        operator = self._makers.get(index)
        return operator if operator is not None and self._kind(operator) == kind else None

    def _kind(self, operator: Any) -> int:
        code = self._model.operatorCodes[operator.opcodeIndex]
        return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))

    def _turns_sign(self, operator: Any) -> bool:
        """Whether it computes relu(-x)."""
        data = self._model.buffers[self._tensors[operator.inputs[1]].buffer].data
        factor = [] if data is None else np.frombuffer(bytes(data), np.float32).tolist()
        fused = operator.builtinOptions.fusedActivationFunction
        return bool(fused == _RELU and factor == [-1.0])

    def _one_a_channel(self, slopes: int, picture: int) -> bool:
        """PRELU wants one slope a channel, and channels last."""
        shape = self._tensors[slopes].shape
        sizes = [] if shape is None else [int(size) for size in shape]
        channels = int(self._tensors[picture].shape[-1])
        return sizes[-1:] == [channels] and int(np.prod(sizes)) == channels


def _exchange(model: Any, spelt: _Spelt) -> None:
    """PRELU takes slopes of shape [1, 1, channels]."""
    slopes = model.subgraphs[0].tensors[spelt.slopes]
    slopes.shape = np.array([1, 1, slopes.shape[-1]], np.int32)
    spelt.last.opcodeIndex = _prelu_code(model)
    spelt.last.inputs = np.array([spelt.picture, spelt.slopes], np.int32)
    spelt.last.builtinOptionsType = schema.BuiltinOptions.NONE
    spelt.last.builtinOptions = None


def _prelu_code(model: Any) -> int:
    """The number of PRELU among the operators that the file declares."""
    for index, known in enumerate(model.operatorCodes):
        if known.builtinCode == _KINDS.PRELU:
            return index
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = _KINDS.PRELU
    code.version = 1
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def _forget(model: Any, unused: set[int]) -> None:
    """Leave out tensors that nothing makes any more: tools ask each for what it holds."""
    graph = model.subgraphs[0]
    kept = [index for index in range(len(graph.tensors)) if index not in unused]
    number = {old: new for new, old in enumerate(kept)} | {-1: -1}  # -1: left out by choice
    graph.tensors = [graph.tensors[index] for index in kept]
    for part in (graph, *graph.operators):
        part.inputs = [number[index] for index in part.inputs]
        part.outputs = [number[index] for index in part.outputs]
    for signature in model.signatureDefs or []:
        for entry in (*signature.inputs, *signature.outputs):
            entry.tensorIndex = number[entry.tensorIndex]
