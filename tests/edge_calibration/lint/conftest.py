"""Model files of one or two operations, made in milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

from edge_calibration.lint.linting import lint
from edge_calibration.quiet import aside

TYPES = schema.TensorType
PICTURE = (1, 8, 8, 3)
OF_NUMPY = {
    np.dtype(np.float32): "FLOAT32",
    np.dtype(np.float16): "FLOAT16",
    np.dtype(np.int32): "INT32",
    np.dtype(np.int8): "INT8",
}
SPELT = {"BATCH_MATMUL": "BatchMatMul"}


class TinyTflite:
    """A graph that is put together from names.

    An operation is (kind, what goes in, what comes out, options); a tensor of which nothing
    is said is a float32 picture.  A tensor is said by its shape, its type, its numbers (a
    constant) or a dict of ``shape``, ``dtype``, ``values``, ``scales``.
    """

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.operatorCodes, self.model.buffers = [], [schema.BufferT()]
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]
        self.said, self.numbers = tensors, dict[str, int]()

    def tensor(self, name: str) -> int:
        if name not in self.numbers:
            self.numbers[name] = len(self.graph.tensors)
            self.graph.tensors.append(self._made(name, **_described(self.said.get(name, {}))))
        return self.numbers[name]

    def _made(
        self,
        name: str,
        shape: Sequence[int] = PICTURE,
        dtype: str = "FLOAT32",
        values: np.ndarray | None = None,
        scales: Sequence[float] = (),
    ) -> Any:
        made = schema.TensorT()
        made.name, made.type = name.encode(), getattr(TYPES, dtype)
        made.shape, made.buffer = [max(side, 1) for side in shape], 0
        if -1 in shape:
            made.shapeSignature = list(shape)
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            made.buffer = len(self.model.buffers) - 1
        scales = scales or ((0.1,) if dtype in {"INT8", "UINT8"} else ())
        if scales:
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = list(scales)
            made.quantization.zeroPoint = [0] * len(scales)
        return made

    def add(self, kind: str, inputs: str, outputs: str, options: Any = None) -> None:
        code = schema.OperatorCodeT()
        number = getattr(schema.BuiltinOperator, kind, schema.BuiltinOperator.CUSTOM)
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
        if number == schema.BuiltinOperator.CUSTOM:
            code.customCode = kind.encode()
        self.model.operatorCodes.append(code)
        op = schema.OperatorT()
        op.opcodeIndex = len(self.model.operatorCodes) - 1
        op.inputs = [-1 if n == "-" else self.tensor(n) for n in inputs.split()]
        op.outputs = [self.tensor(name) for name in outputs.split()]
        spelt = f"{SPELT.get(kind, kind.title().replace('_', ''))}Options"
        if hasattr(schema.BuiltinOptions, spelt):
            op.builtinOptionsType = getattr(schema.BuiltinOptions, spelt)
            op.builtinOptions = getattr(schema, f"{spelt}T")()
            for key, value in (options or {}).items():
                setattr(op.builtinOptions, key, value)
        self.graph.operators.append(op)

    def close(self, outputs: str, *, signed: bool) -> bytes:
        ops = self.graph.operators
        made = {index for op in ops for index in op.outputs}
        taken = {index for op in ops for index in op.inputs if index >= 0}
        still = {i for i, tensor in enumerate(self.graph.tensors) if tensor.buffer}
        self.graph.inputs = sorted(taken - made - still)
        named = [self.tensor(name) for name in outputs.split()]
        self.graph.outputs = named or sorted(made - taken)
        if signed:
            self.model.signatureDefs = [self._signature()]
        return bytes(flatbuffer_utils.convert_object_to_bytearray(self.model))

    def _signature(self) -> Any:
        signature = schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = b"serving_default", 0
        signature.inputs, signature.outputs = [], []
        for side in ("inputs", "outputs"):
            for index in getattr(self.graph, side):
                entry = schema.TensorMapT()
                entry.name = self.graph.tensors[index].name
                entry.tensorIndex = index
                getattr(signature, side).append(entry)
        return signature


def _described(said: Any) -> dict[str, Any]:
    if isinstance(said, dict):
        known = dict(said)
        if "values" in known:
            known = {**_described(known["values"]), **known}
        return known
    if isinstance(said, np.ndarray):
        return {"shape": said.shape, "dtype": OF_NUMPY[said.dtype], "values": said}
    return {"dtype": said} if isinstance(said, str) else {"shape": said}


@pytest.fixture
def tflite(tmp_path: Path) -> Callable[..., Path]:
    """Write a TFLite file: its operations, and by keyword what its tensors are."""

    def make(
        *ops: Sequence[Any],
        outputs: str = "",
        signed: bool = True,
        name: str = "tiny.tflite",
        tensors: Mapping[str, Any] | None = None,
    ) -> Path:
        tiny = TinyTflite(tensors or {})
        for op in ops:
            tiny.add(*op)
        path = tmp_path / name
        path.write_bytes(tiny.close(outputs, signed=signed))
        return path

    return make


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., Path]:
    """Save a Core ML program that a function of MIL builds."""

    def make(
        build: Callable[[Any, Any], Any],
        shape: tuple[int, ...] = (1, 3, 8, 8),
        *,
        half: bool = True,
    ) -> Path:
        from coremltools.converters.mil import Builder

        out = tmp_path / "tiny.mlpackage"
        with aside("a tiny program"):
            import coremltools as ct

            @Builder.program(
                input_specs=[Builder.TensorSpec(shape=shape)], opset_version=ct.target.iOS16
            )
            def program(x: Any) -> Any:
                return build(Builder, x)

            ct.convert(
                program,
                convert_to="mlprogram",
                minimum_deployment_target=ct.target.iOS16,
                compute_precision=ct.precision.FLOAT16 if half else ct.precision.FLOAT32,
            ).save(str(out))
        return out

    return make


@pytest.fixture
def onnx_file(tmp_path: Path) -> Callable[..., Path]:
    """Write an ONNX file of one node from ``x`` to ``y``."""

    def make(
        kind: str,
        shape: Sequence[Any] = (1, 3, 8, 8),
        made: Sequence[Any] = (1, 3, 8, 8),
        constants: Sequence[np.ndarray | None] = (),
        **options: Any,
    ) -> Path:
        from onnx import TensorProto, helper, numpy_helper, save

        names = [f"c{i}" if c is not None else "" for i, c in enumerate(constants)]
        node = helper.make_node(kind, ["x", *names], ["y"], **options)
        kept = [
            numpy_helper.from_array(c, n)
            for n, c in zip(names, constants, strict=True)
            if c is not None
        ]
        border = [
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, s)]
            for n, s in (("x", shape), ("y", made))
        ]
        graph = helper.make_graph([node], "tiny", *border, initializer=kept)
        path = tmp_path / "tiny.onnx"
        save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]), str(path))
        return path

    return make


@pytest.fixture
def found() -> Callable[[Path], set[str]]:
    """The ids of the rules that find something in a file."""
    return lambda path: {finding.rule for finding in lint(path).findings}


@pytest.fixture
def case(
    tflite: Callable[..., Path], package: Callable[..., Path], onnx_file: Callable[..., Path]
) -> Callable[[Any], Path]:
    """The file of a line in a table of tests: a dict for one of the makers above, with
    ``ops`` for TFLite, ``build`` for Core ML and ``kind`` for ONNX."""

    def make(line: Mapping[str, Any]) -> Path:
        if "ops" in line:
            rest = {key: value for key, value in line.items() if key != "ops"}
            return tflite(*line["ops"], **rest)
        return package(**line) if "build" in line else onnx_file(**line)

    return make
