"""Run a Core ML program operation by operation, on any machine.

What this proves: the file that was saved, with its own constants and compressed weights,
computes what the PyTorch module computes, in float32 or with every value rounded to
float16 as the program declares it.  What it does not prove: what the Neural Engine or the
GPU of a phone makes of it, which order of accumulation they use, or how fast they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import torch

from edge_calibration.coreml.mil_arrays import ARRAYS
from edge_calibration.coreml.mil_layers import LAYERS
from edge_calibration.coreml.mlprogram import Program, read_program
from edge_runtime.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_calibration.coreml.mlprogram import Operation

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]

Precision: TypeAlias = Literal["fp32", "fp16"]

OPERATIONS = {**ARRAYS, **LAYERS}


class MilSession:
    """An ``.mlpackage`` that can be run.

    ``precision`` ``"fp16"`` rounds the value of every operation that the program declares
    as float16 (products and sums inside one operation are float32); ``"fp32"`` does not.
    Raises ``VerificationError`` naming every operation that is not supported.
    """

    def __init__(self, package: Path, precision: Precision = "fp16") -> None:
        self.program: Program = read_program(package)
        self._half = precision == "fp16"
        known = {*OPERATIONS, *_CONSTANTS}
        missing = sorted({op.kind for op in self.program.operations} - known)
        if missing:
            raise VerificationError(
                f"{package.name} has operations that are not supported here:"
                f" {', '.join(missing)}; add them to mil_layers.py or mil_arrays.py"
            )
        self._constants = {
            op.name: _CONSTANTS[op.kind](op)
            for op in self.program.operations
            if _is_constant(op)
        }

    def run(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Run on inputs in the program's own layout (a picture is NCHW, 0..255)."""
        return {
            name: values for name, values in self.trace(inputs).items() if name in self.outputs
        }

    def trace(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Run, and return the value of every operation by its name."""
        values: dict[str, Any] = dict(self._constants)
        values.update({name: torch.tensor(inputs[name]) for name in self.program.inputs})
        for op in self.program.operations:
            if not _is_constant(op):
                self._step(op, values)
        return {
            name: value.numpy()
            for name, value in values.items()
            if name not in self._constants and isinstance(value, torch.Tensor)
        }

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what comes out, in the program's order."""
        return self.program.outputs

    def _step(self, op: Operation, values: dict[str, Any]) -> None:
        arguments = {key: _bind(key, names, values) for key, names in op.inputs.items()}
        arguments.update({k: _tensor(v) for k, v in op.constants.items() if k != "name"})
        try:
            result = OPERATIONS[op.kind](**arguments)
        except (TypeError, ValueError, RuntimeError) as error:
            raise VerificationError(f"{op.kind} {op.name!r} cannot be run: {error}") from error
        made = result if isinstance(result, list) else [result]
        for output, value in zip(op.outputs, made, strict=True):
            values[output.name] = value.half().float() if self._half and output.half else value


def _bind(key: str, names: tuple[str, ...], values: Mapping[str, Any]) -> Any:
    bound = [values[name] for name in names]
    return bound if key == "values" else bound[0]


def _is_constant(op: Operation) -> bool:
    return op.kind in _CONSTANTS


def _tensor(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if value.dtype == np.float16:
        value = value.astype(np.float32)
    return torch.tensor(value)


def _const(op: Operation) -> Any:
    return _tensor(op.constants["val"])


def _affine(op: Operation) -> Any:
    """(quantised - zero point) * scale, both along ``axis``."""
    packed = _tensor(op.constants["quantized_data"]).float()
    shape = [1] * packed.ndim
    shape[int(_tensor(op.constants["axis"]))] = -1
    scale, zero = (_spread(op.constants[key], shape) for key in ("scale", "zero_point"))
    return ((packed - zero) * scale).half().float()


def _spread(value: Any, shape: list[int]) -> torch.Tensor:
    tensor: torch.Tensor = _tensor(value).float()
    return tensor if tensor.numel() == 1 else tensor.reshape(shape)


def _palette(op: Operation) -> Any:
    """Indices of a few bits each into a table, the lowest bits first."""
    table, shape = op.constants["lut"], op.constants["shape"]
    bits = int(np.log2(np.size(table)))
    packed = np.asarray(op.constants["indices"], np.uint8)
    count = int(np.prod(np.asarray(shape)))
    stream = np.unpackbits(packed, bitorder="little")[: count * bits].reshape(count, bits)
    index = stream @ (1 << np.arange(bits))
    return _tensor(np.asarray(table)[index].reshape(np.asarray(shape)))


_CONSTANTS: dict[str, Any] = {
    "const": _const,
    "constexpr_affine_dequantize": _affine,
    "constexpr_lut_to_dense": _palette,
}
