"""A saved ``.mlpackage`` as plain records: the ML program, its constants, its borders.

The format is Core ML's ``Model.proto`` and ``MIL.proto``, with the large constants in
``weights/weight.bin``.  Nothing of Core ML itself is needed, so this works on Linux.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from edge_runtime.errors import BundleTampered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Constant: TypeAlias = NDArray[Any] | str

with warnings.catch_warnings():  # it tells of its macOS runtime, which is not used here
    warnings.simplefilter("ignore")
    from coremltools.libmilstoragepython import _BlobStorageReader
    from coremltools.proto import MIL_pb2, Model_pb2

_DATA = "Data/com.apple.CoreML"
_DTYPES: dict[int, Any] = {
    MIL_pb2.BOOL: np.bool_,
    MIL_pb2.FLOAT16: np.float16,
    MIL_pb2.FLOAT32: np.float32,
    MIL_pb2.FLOAT64: np.float64,
    MIL_pb2.INT8: np.int8,
    MIL_pb2.INT16: np.int16,
    MIL_pb2.INT32: np.int32,
    MIL_pb2.INT64: np.int64,
    MIL_pb2.UINT8: np.uint8,
    MIL_pb2.UINT16: np.uint16,
    MIL_pb2.UINT32: np.uint32,
}
_READERS: dict[int, str] = {
    MIL_pb2.FLOAT16: "read_fp16_data",
    MIL_pb2.FLOAT32: "read_float_data",
    MIL_pb2.INT8: "read_int8_data",
    MIL_pb2.INT16: "read_int16_data",
    MIL_pb2.INT32: "read_int32_data",
    MIL_pb2.UINT8: "read_uint8_data",
    MIL_pb2.UINT16: "read_uint16_data",
    MIL_pb2.UINT32: "read_uint32_data",
}


@dataclass(frozen=True, kw_only=True)
class Output:
    """A value that an operation makes: its name, whether it is stored as float16, and its
    shape (-1 where a size is not fixed)."""

    name: str
    half: bool
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One step. ``inputs`` are names of earlier values (a list where the operation takes
    several); ``constants`` were written into the operation itself."""

    kind: str
    inputs: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, Constant]
    outputs: tuple[Output, ...]

    @property
    def name(self) -> str:
        """The name of what it makes, which is how Core ML's tools call it."""
        return self.outputs[0].name


@dataclass(frozen=True, kw_only=True)
class Program:
    """An ML program: what goes in, its operations in order, what comes out."""

    inputs: tuple[str, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[str, ...]


def read_program(package: Path) -> Program:
    """Read the ``main`` function of a saved ``.mlpackage``.

    Raises ``BundleTampered`` where the folder is not a whole ML program.
    """
    model = read_model(package)
    function = model.mlProgram.functions["main"]
    block = function.block_specializations[function.opset]
    constants = _ConstantReader(package)
    return Program(
        inputs=tuple(value.name for value in function.inputs),
        operations=tuple(_operation(op, constants) for op in block.operations),
        outputs=tuple(block.outputs),
    )


def read_model(package: Path) -> Any:
    """Read the ``Model`` message of a saved ``.mlpackage``: descriptions, metadata, program."""
    model = Model_pb2.Model()
    path = package / _DATA / "model.mlmodel"
    try:
        model.ParseFromString(path.read_bytes())
    except Exception as error:
        raise BundleTampered(f"{path} cannot be read; convert the model again") from error
    if model.WhichOneof("Type") != "mlProgram":
        raise BundleTampered(f"{package} holds no ML program; convert the model again")
    return model


def _operation(op: Any, read: _ConstantReader) -> Operation:
    inputs, constants = {}, {}
    for key, argument in op.inputs.items():
        bindings = argument.arguments
        if all(binding.HasField("name") for binding in bindings):
            inputs[key] = tuple(binding.name for binding in bindings)
        else:
            constants[key] = read(bindings[0].value)
    constants.update({key: read(value) for key, value in op.attributes.items()})
    return Operation(
        kind=op.type,
        inputs=inputs,
        constants=constants,
        outputs=tuple(map(_output, op.outputs)),
    )


def _output(value: Any) -> Output:
    tensor = value.type.tensorType
    shape = tuple(
        int(side.constant.size) if side.WhichOneof("dimension") == "constant" else -1
        for side in tensor.dimensions
    )
    return Output(name=value.name, half=tensor.dataType == MIL_pb2.FLOAT16, shape=shape)


class _ConstantReader:
    """Decodes constants, those in ``weight.bin`` too."""

    def __init__(self, package: Path) -> None:
        self._folder = package / _DATA
        self._readers: dict[str, Any] = {}

    def __call__(self, value: Any) -> Constant:
        kind = value.type.tensorType.dataType
        shape = [int(d.constant.size) for d in value.type.tensorType.dimensions]
        if value.WhichOneof("value") == "blobFileValue":
            return self._from_file(value.blobFileValue, kind).reshape(shape)
        tensor = value.immediateValue.tensor
        field = tensor.WhichOneof("value")
        if field == "strings":
            return str(tensor.strings.values[0])
        if field == "bytes":
            return np.frombuffer(tensor.bytes.values, _DTYPES[kind]).reshape(shape)
        return np.array(getattr(tensor, field).values, _DTYPES[kind]).reshape(shape)

    def _from_file(self, blob: Any, kind: int) -> NDArray[Any]:
        path = blob.fileName.replace("@model_path", str(self._folder))
        reader = self._readers.setdefault(path, _BlobStorageReader(path))
        read: Callable[[int], Any] = getattr(reader, _READERS[kind])
        data = np.asarray(read(blob.offset))
        return data.view(np.float16) if kind == MIL_pb2.FLOAT16 else data.astype(_DTYPES[kind])
