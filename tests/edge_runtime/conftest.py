"""Small graphs of our own and a bundle of them: what the runtime is tested against.

A graph's outputs are constants, or simple sums of its picture, so that what has to come
out is known exactly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import flatbuffers
import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edge_runtime import contract as c
from edge_runtime import contract_templates as t
from edge_runtime import golden as g
from edge_runtime import spec as s
from edge_runtime.backends import BACKENDS

GATE = s.Gate(max_abs=1.0, mean_abs=1.0)
POINTS = ("right_eye", "left_eye", "nose_tip", "mouth", "right_ear", "left_ear")
FACE_BOX = (0.25, 0.25, 0.75, 0.75)
FACE_POINTS = ((0.4, 0.4), (0.6, 0.4), (0.5, 0.5), (0.5, 0.6), (0.3, 0.5), (0.7, 0.5))


@dataclass
class Scaled:
    """An output that is ``factor * picture + offset``; ``grey`` takes the channels' mean."""

    factor: float
    offset: float = 0.0
    grey: bool = False


def _model(shape: tuple[int, ...], vectors: Mapping[str, tuple[int, ...]]) -> tuple[Any, Any]:
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.buffers, model.operatorCodes = 3, [schema.BufferT()], []
    graph.tensors, graph.operators, graph.outputs = [], [], []
    model.subgraphs = [graph]
    graph.inputs = [_tensor(model, shape)]
    graph.inputs += [_tensor(model, vector) for vector in vectors.values()]
    return model, graph


def _tensor(model: Any, shape: Sequence[int], data: Any = None) -> int:
    tensor, buffer = schema.TensorT(), schema.BufferT()
    tensor.shape, tensor.buffer = list(shape), 0
    tensor.name = f"t{len(model.subgraphs[0].tensors)}"
    tensor.type = schema.TensorType.FLOAT32
    if data is not None:
        array = np.asarray(data)
        tensor.type = {"f": schema.TensorType.FLOAT32, "i": schema.TensorType.INT32}[
            array.dtype.kind
        ]
        buffer.data = np.frombuffer(array.tobytes(), np.uint8)
        tensor.buffer = len(model.buffers)
        model.buffers.append(buffer)
    model.subgraphs[0].tensors.append(tensor)
    return len(model.subgraphs[0].tensors) - 1


def _operator(model: Any, code: int, inputs: list[int], options: Any, out: int) -> int:
    operator, opcode = schema.OperatorT(), schema.OperatorCodeT()
    opcode.builtinCode, opcode.deprecatedBuiltinCode, opcode.version = code, code, 1
    model.operatorCodes.append(opcode)
    operator.opcodeIndex = len(model.operatorCodes) - 1
    operator.inputs, operator.outputs = inputs, [out]
    operator.builtinOptions = options
    name = type(options).__name__.removesuffix("T")
    operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
    model.subgraphs[0].operators.append(operator)
    return out


def _scaled(model: Any, shape: tuple[int, ...], how: Scaled) -> int:
    ops = schema.BuiltinOperator
    now = 0
    if how.grey:
        options = schema.ReducerOptionsT()
        options.keepDims = True
        axes = _tensor(model, (1,), np.array([3], np.int32))
        shape = (*shape[:3], 1)
        now = _operator(model, ops.MEAN, [now, axes], options, _tensor(model, shape))
    factor = _tensor(model, (1,), np.array([how.factor], np.float32))
    out = _tensor(model, shape)
    now = _operator(model, ops.MUL, [now, factor], schema.MulOptionsT(), out)
    offset = _tensor(model, (1,), np.array([how.offset], np.float32))
    out = _tensor(model, shape)
    return _operator(model, ops.ADD, [now, offset], schema.AddOptionsT(), out)


def tflite(
    shape: tuple[int, ...],
    outputs: Mapping[str, Any],
    vectors: Mapping[str, tuple[int, ...]] | None = None,
    signature: str = "serving_default",
) -> bytes:
    """A TFLite file whose input ``image`` has that shape."""
    vectors = vectors or {}
    model, graph = _model(shape, vectors)
    for value in outputs.values():
        if isinstance(value, Scaled):
            graph.outputs.append(_scaled(model, shape, value))
        else:
            array = np.asarray(value, np.float32)
            graph.outputs.append(_tensor(model, array.shape, array))
    named = schema.SignatureDefT()
    named.signatureKey, named.subgraphIndex = signature.encode(), 0
    named.inputs = _names(["image", *vectors], graph.inputs)
    named.outputs = _names(outputs, graph.outputs)
    model.signatureDefs = [named]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _names(names: Any, indices: Sequence[int]) -> list[Any]:
    maps = []
    for name, index in zip(names, indices, strict=True):
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name.encode(), index
        maps.append(entry)
    return maps


def _faces(count: int) -> dict[str, Any]:
    """Anchors that say nothing, but for two that both see the one face."""
    boxes = np.zeros((1, count, 4))
    points = np.zeros((1, count, 6, 2))
    scores = np.zeros((1, count))
    boxes[0, 2:4], points[0, 2:4], scores[0, 2:4] = FACE_BOX, FACE_POINTS, (0.9, 0.6)
    return {"boxes_xyxy": boxes, "points_xy": points, "scores": scores}


def _mesh() -> dict[str, Any]:
    points = np.tile(np.array([0.5, 0.5, 0.1]), (1, 468, 1))
    points[0, 1] = (0.0, 0.0, -0.1)
    return {"points_xyz": points, "presence": [[0.99]]}


def _objects() -> dict[str, Any]:
    boxes = np.array([[[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.52], [0.5, 0.5, 1.2, 1]]])
    scores = np.array([[[0.9, 0.1], [0.8, 0.7], [0.1, 0.6]]])
    return {"boxes_xyxy": boxes, "scores": scores}


@dataclass
class Tiny:
    """One model of the bundle: task, program, input size, outputs, vectors, labels."""

    task: s.Task
    program: c.Steps
    size_hw: tuple[int, int]
    outputs: dict[str, Any]
    vectors: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    variants: tuple[s.Variant, ...] = ("fp32",)


STYLE_VECTOR = np.linspace(-1, 1, 100).reshape(1, 1, 1, 100)
EXPRESSIONS = ("angry", "happy", "neutral")
TINY: dict[str, Tiny] = {
    "portrait-segmentation": Tiny(
        s.PortraitSegmentation(),
        t.portrait_segmentation(),
        (16, 16),
        {"probability": Scaled(1 / 255, grey=True)},
        variants=("fp32", "weight_only_wi8_afp32"),
    ),
    "face-detection-short": Tiny(
        s.FaceDetection(), t.face_detection(POINTS), (32, 32), _faces(8)
    ),
    "face-landmarks": Tiny(
        s.FaceLandmarks(), t.face_landmarks("face-detection-short", 1.5), (24, 24), _mesh()
    ),
    "smile": Tiny(
        s.FaceExpression(),
        t.face_expression("face-detection-short", 1.0, "happy"),
        (16, 16),
        {"probabilities": [[0.1, 0.7, 0.2]]},
        labels=EXPRESSIONS,
    ),
    "style-transfer": Tiny(
        s.StyleTransfer(),
        t.style_transfer(26),
        (32, 32),
        {"picture": Scaled(-1.0, 255.0)},
        vectors={"style_weights": (1, 26)},
    ),
    "style-transfer-any": Tiny(
        s.StyleTransferAny(),
        t.style_transfer_any("style-transfer-any-predict"),
        (32, 32),
        {"picture": Scaled(0.5)},
        vectors={"style_vector": (1, 1, 1, 100)},
    ),
    "style-transfer-any-predict": Tiny(
        s.StylePrediction(), t.style_prediction(), (16, 16), {"style_vector": STYLE_VECTOR}
    ),
    "image-classification": Tiny(
        s.ImageClassification(),
        t.image_classification(2),
        (16, 16),
        {"probabilities": [[0.2, 0.5, 0.3]]},
        labels=("cat", "dog", "cup"),
    ),
    "object-detection": Tiny(
        s.ObjectDetection(),
        t.object_detection(),
        (16, 16),
        _objects(),
        labels=("person", "cup"),
    ),
}


def _spec(model_id: str, tiny: Tiny) -> s.ModelSpec:
    outputs = [
        s.Tensor(
            name=name,
            shape=(1, *tiny.size_hw, 3)
            if isinstance(value, Scaled)
            else np.asarray(value).shape,
            meaning=name,
            unit="1",
        )
        for name, value in tiny.outputs.items()
    ]
    return s.ModelSpec(
        id=model_id,
        title=model_id.replace("-", " "),
        version="1",
        licence=s.Licence(code="Apache-2.0", weights="Apache-2.0", data="none"),
        source=s.Source(index="pypi", package="none", version="1", files=()),
        weights=s.Weights(sha256="0" * 64),
        image=s.ImageInput(name="image", sizes_hw=(tiny.size_hw,)),
        outputs=tuple(outputs),
        task=tiny.task,
        program=tiny.program,
        gates=s.Gates(imported=GATE, variants=dict.fromkeys(tiny.variants, GATE)),
        tflite=tiny.variants,
        coreml=(),
        ships={"tflite": tiny.variants[-1]},
        labels=f"{model_id}.txt" if tiny.labels else "",
        vectors=tuple(
            s.Tensor(name=name, shape=shape, meaning=name, unit="1")
            for name, shape in tiny.vectors.items()
        ),
    )


def _file(folder: Path, model_id: str, tiny: Tiny, variant: s.Variant) -> s.ModelFile:
    content = tflite((1, *tiny.size_hw, 3), tiny.outputs, tiny.vectors)
    path = f"models/{model_id}/{model_id}_{variant}.tflite"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)
    return s.ModelFile(
        format="tflite",
        variant=variant,
        size_hw=tiny.size_hw,
        path=path,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        converter="tests",
    )


def _write_labels(path: Path, tiny: Tiny) -> str:
    content = "".join(f"{label}\n" for label in tiny.labels).encode()
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def write_bundle(folder: Path) -> Path:
    """All of ``TINY``, with manifest and labels."""
    entries = []
    (folder / "labels").mkdir(parents=True)
    for model_id, tiny in TINY.items():
        files = tuple(_file(folder, model_id, tiny, variant) for variant in tiny.variants)
        spec = _spec(model_id, tiny)
        parity = s.Parity(against="tests", photos=0, max_abs=0, mean_abs=0)
        digest = _write_labels(folder / "labels" / spec.labels, tiny) if tiny.labels else ""
        entries.append(
            s.ModelEntry(spec=spec, imported=parity, files=files, labels_sha256=digest)
        )
    manifest = s.Manifest(models=tuple(entries))
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    return folder


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of small models that answer what is known beforehand; do not write in it."""
    return write_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def own_bundle(tmp_path: Path) -> Path:
    """The same bundle, for a test that breaks it."""
    return write_bundle(tmp_path / "bundle")


@pytest.fixture(scope="session")
def make_tflite() -> Callable[..., bytes]:
    """The builder of small graphs."""
    return tflite


@pytest.fixture(scope="session")
def scaled() -> type[Scaled]:
    """``Scaled(factor, offset, grey)``: an output that follows the picture."""
    return Scaled


def _values(folder: Path, name: str, array: np.ndarray, case: str) -> g.Values:
    path = f"portrait-segmentation/{case}-{name}.bin"
    (folder / "golden" / path).write_bytes(array.tobytes())
    return g.Values(
        name=name,
        dtype=str(array.dtype),
        shape=array.shape,
        sha256=g.array_sha256(array),
        path=path,
        given=g.Tolerance(max_abs=1e-4, mean_abs=1e-4),
    )


def _case(folder: Path, name: str, seed: int, sha256: str) -> g.GoldenCase:
    """Noise, and the mean of its channels as the probability."""
    pixels = np.random.default_rng(seed).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    grey = pixels.astype(np.float32).mean(axis=2, keepdims=True)[np.newaxis] / 255
    resized, run = (
        _values(folder, *one, name) for one in (("values", pixels), ("probability", grey))
    )
    return g.GoldenCase(
        name=name,
        sha256=sha256,
        photo="none",
        size_hw=(16, 16),
        stages=(
            g.GoldenStage(index=1, step="resize", values=(resized,)),
            g.GoldenStage(index=3, step="run", values=(run,)),
        ),
        result={},
        pixels=0,
        scores=0,
    )


@pytest.fixture
def proven_bundle(own_bundle: Path) -> Path:
    """The same bundle, with golden vectors for ``portrait-segmentation``."""
    folder = own_bundle / "golden" / "portrait-segmentation"
    folder.mkdir(parents=True)
    file = own_bundle / "models/portrait-segmentation"
    sha256 = hashlib.sha256(
        (file / "portrait-segmentation_weight_only_wi8_afp32.tflite").read_bytes()
    ).hexdigest()
    golden = g.Golden(
        model="portrait-segmentation",
        version="1",
        variant="weight_only_wi8_afp32",
        cases=tuple(_case(own_bundle, name, seed, sha256) for seed, name in enumerate("ab")),
    )
    (folder / g.FILE).write_bytes(msgspec.json.encode(golden))
    return own_bundle


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """``faulty("wrong", "hangs")``: these are offered after LiteRT's CPU, and nothing else;
    choices are kept in a folder of the test's own."""
    stand_ins = Path(__file__).parent / "stand_ins"
    monkeypatch.syspath_prepend(stand_ins)
    monkeypatch.setenv("POCKETLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("edge_runtime.backends.lite_rt.LiteRt.accelerators", lambda _: ("cpu",))

    def offer(*names: str) -> None:
        for name in ("onnx", "coreml"):
            monkeypatch.delitem(BACKENDS, name, raising=False)
        kinds = vars(import_module("faulty_backends"))
        homes = {name.lower(): f"faulty_backends:{name}" for name in kinds}
        for name in names:
            monkeypatch.setitem(BACKENDS, name, homes[name])

    return offer
