"""The graph of a TFLite file, for rewriting: operators taken out, others put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

OPERATORS = schema.BuiltinOperator


class GraphEdit:
    """The main graph of a file, to which tensors and operators can be added.

    What is added without a name is called by ``added`` and a number.
    """

    def __init__(self, file: bytes, added: str) -> None:
        self.model = flatbuffer_utils.read_model_from_bytearray(bytearray(file))
        self._graph = self.model.subgraphs[0]
        self.tensors: list[Any] = self._graph.tensors
        self.operators: list[Any] = []
        self._added, self._count = added, 0
        self._constants: dict[tuple[bytes, str], int] = {}

    def take_operators(self) -> list[Any]:
        """All operators, which are to be put back one by one."""
        taken, self._graph.operators = self._graph.operators, self.operators
        return list(taken)

    def to_bytes(self) -> bytes:
        """The file as it is now."""
        return bytes(flatbuffer_utils.convert_object_to_bytearray(self.model))

    def kind(self, operator: Any) -> int:
        """Which of ``OPERATORS`` it is."""
        return _kind(self.model.operatorCodes[operator.opcodeIndex])

    def name(self, tensor: int) -> str:
        """What a tensor is called."""
        return str(self.tensors[tensor].name.decode())

    def shape(self, tensor: int) -> list[int]:
        """The sizes of a tensor."""
        return [int(side) for side in self.tensors[tensor].shape]

    def values(self, tensor: int, dtype: type) -> NDArray[Any]:
        """The numbers of a constant."""
        data = self.model.buffers[self.tensors[tensor].buffer].data
        return np.frombuffer(bytes(data), dtype).reshape(self.shape(tensor))

    def constant(self, values: NDArray[Any]) -> int:
        """Add a constant, float32 or int32; the same numbers are kept once."""
        key = values.tobytes(), f"{values.dtype}{values.shape}"
        if key not in self._constants:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(key[0], np.uint8)
            self.model.buffers.append(buffer)
            index = self._constants[key] = self.tensor(list(values.shape))
            self.tensors[index].buffer = len(self.model.buffers) - 1
            if values.dtype == np.int32:
                self.tensors[index].type = schema.TensorType.INT32
        return self._constants[key]

    def tensor(self, shape: list[int], name: str = "") -> int:
        """Add a float32 tensor; the graph is yet to say what is in it."""
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = shape, schema.TensorType.FLOAT32, 0
        tensor.name = (name or f"{self._added}#{self._count}").encode()
        self._count += not name
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def add(self, name: str, inputs: list[int], output: int, **options: int) -> int:
        """Add an operator of that name (``"DepthToSpace"``); return its output."""
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(_SCREAMING[name])
        operator.inputs, operator.outputs = inputs, [output]
        if hasattr(schema, f"{name}OptionsT"):  # "Log" has none
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, f"{name}Options")
            operator.builtinOptions = getattr(schema, f"{name}OptionsT")()
        for option, value in options.items():
            setattr(operator.builtinOptions, option, value)
        self.operators.append(operator)
        return output

    def output(self, name: str) -> int:
        """The tensor that the signature calls so."""
        (signature,) = self.model.signatureDefs
        made = {entry.name.decode(): entry.tensorIndex for entry in signature.outputs}
        return int(made[name])

    def set_outputs(self, outputs: Mapping[str, int]) -> None:
        """Make these the outputs of the graph and of its signature, in that order."""
        (signature,) = self.model.signatureDefs
        self._graph.outputs, signature.outputs = list(outputs.values()), []
        for name, tensor in outputs.items():
            entry = schema.TensorMapT()
            entry.name, entry.tensorIndex = name.encode(), tensor
            signature.outputs.append(entry)

    def _code(self, wanted: int) -> int:
        codes = self.model.operatorCodes
        for index, code in enumerate(codes):
            if _kind(code) == wanted:
                return index
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = wanted
        code.version = 1
        codes.append(code)
        return len(codes) - 1


_SCREAMING = {
    "Add": OPERATORS.ADD,
    "Conv2D": OPERATORS.CONV_2D,
    "Concatenation": OPERATORS.CONCATENATION,
    "DepthToSpace": OPERATORS.DEPTH_TO_SPACE,
    "FullyConnected": OPERATORS.FULLY_CONNECTED,
    "Log": OPERATORS.LOG,
    "Mul": OPERATORS.MUL,
    "Reshape": OPERATORS.RESHAPE,
    "StridedSlice": OPERATORS.STRIDED_SLICE,
    "Sub": OPERATORS.SUB,
}


def _kind(code: Any) -> int:
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
