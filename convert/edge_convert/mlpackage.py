"""Saved ``.mlpackage`` folders: the same bytes each time, and what the spec says of them.

Core ML itself does not run on Linux.  What can be known without it is checked here:
inputs, outputs, how pixels are scaled, colour order, precision of the weights, the
operations, the iOS version; and the program is run operation by operation.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from edge_calibration.quiet import aside
from edge_convert.layout import output_shape
from edge_runtime.errors import VerificationError

with aside("loading coremltools"):  # it tells of its macOS runtime, which is not used here
    from edge_calibration.coreml.mil_session import OPERATIONS, MilSession
    from edge_calibration.coreml.mlprogram import read_model, read_program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from edge_calibration.coreml.mlprogram import Operation, Program
    from edge_convert.recipe import Build
    from edge_runtime.spec import ModelSpec, SizeHW, Tensor

    Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]

NOTE = "not executed on Linux by Core ML"
_NAMESPACE = uuid.UUID("7c1f6f0e-5f0b-5d29-9a39-3a1d5d0c8b11")
_IOS16 = 7  # Core ML's specification version of iOS 16
_FLOAT32 = 65568  # ArrayFeatureType.FLOAT32
_RGB = 20  # ImageFeatureType.RGB
SMALLEST_WEIGHT = 1024  # tensors of fewer values are not worth a scale a channel
WEIGHTED = ("conv", "conv_transpose", "linear")
_SCALING = re.compile(r"__(scaled|biased)__")  # how coremltools names scale and bias
_WEIGHT_KINDS = {"fp16": {"float16"}, "w8": {"int8"}}
SUPPORTED = {*OPERATIONS, "const", "constexpr_affine_dequantize"}


def canonicalise(package: Path, identity: str) -> None:
    """Rewrite a package so that the same model gives the same bytes.

    The identifiers in its manifest become functions of ``identity`` and of the item's
    path; the program is serialised in a fixed order.  The manifest is laid out as
    coremltools does, which writes it anew whenever it opens a package.
    """
    path = package / "Manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    names = {
        old: str(uuid.uuid5(_NAMESPACE, f"{identity} {item['path']}")).upper()
        for old, item in manifest["itemInfoEntries"].items()
    }
    manifest["itemInfoEntries"] = {
        names[old]: item for old, item in manifest["itemInfoEntries"].items()
    }
    root = manifest["rootModelIdentifier"]
    manifest["rootModelIdentifier"] = names[root]
    path.write_text(json.dumps(manifest, indent=4, sort_keys=True) + "\n", encoding="utf-8")
    model = read_model(package)
    model_path = package / "Data" / manifest["itemInfoEntries"][names[root]]["path"]
    model_path.write_bytes(model.SerializeToString(deterministic=True))


def check_package(package: Path, build: Build, spec: ModelSpec) -> None:
    """Hold a package against the spec.

    Raises ``VerificationError`` naming the model, the file and what does not fit.
    """
    model, program = read_model(package), read_program(package)
    wrong = [
        *_wrong_input(model, spec, build.size_hw),
        *_wrong_vectors(model, spec),
        *_wrong_outputs(model, spec, build.size_hw),
        *_wrong_program(model, program, build),
    ]
    if wrong:
        raise VerificationError(f"{spec.id}: {package.name} {'; '.join(wrong)}")


def open_program(package: Path, spec: ModelSpec) -> Callable[[Arrays], Arrays]:
    """The package as a function of NHWC inputs, run one operation after the other."""
    session = MilSession(package)
    pictures = {output.name for output in spec.outputs if is_picture(output)}

    def run(inputs: Arrays) -> Arrays:
        image = np.ascontiguousarray(inputs[spec.image.name].transpose(0, 3, 1, 2))
        made = session.run({**inputs, spec.image.name: image})
        return {
            name: value.transpose(0, 2, 3, 1) if name in pictures else value
            for name, value in made.items()
        }

    return run


def is_picture(output: Tensor) -> bool:
    """Whether an output is RGB pixels in 0..255, which Core ML hands out as an image."""
    return output.image and output.shape[-1] == 3 and output.span == 255


def _wrong_input(model: Any, spec: ModelSpec, size_hw: SizeHW) -> list[str]:
    first = model.description.input[0]
    image = first.type.imageType
    found = (first.name, first.type.WhichOneof("Type"), image.height, image.width)
    wanted = (spec.image.name, "imageType", *size_hw)
    wrong = [f"takes {found}, not {wanted}"] if found != wanted else []
    if image.colorSpace != _RGB:
        wrong.append(f"takes colour space {image.colorSpace}, not RGB")
    return wrong


def _wrong_vectors(model: Any, spec: ModelSpec) -> list[str]:
    found = [_array(feature) for feature in model.description.input[1:]]
    wanted = [(vector.name, vector.shape, _FLOAT32) for vector in spec.vectors]
    return [f"takes vectors {found}, not {wanted}"] if found != wanted else []


def _wrong_outputs(model: Any, spec: ModelSpec, size_hw: SizeHW) -> list[str]:
    wanted: list[tuple[object, ...]] = []
    for index, output in enumerate(spec.outputs):
        shape = output_shape(spec, index, size_hw)
        if is_picture(output):
            wanted.append((output.name, shape[1:3], _RGB))
        else:
            wanted.append((output.name, shape, _FLOAT32))
    found = [
        _image(feature) if feature.type.WhichOneof("Type") == "imageType" else _array(feature)
        for feature in model.description.output
    ]
    return [f"gives {found}, not {wanted}"] if found != wanted else []


def _array(feature: Any) -> tuple[object, ...]:
    array = feature.type.multiArrayType
    return feature.name, tuple(array.shape), array.dataType


def _image(feature: Any) -> tuple[object, ...]:
    image = feature.type.imageType
    return feature.name, (image.height, image.width), image.colorSpace


def _wrong_program(model: Any, program: Program, build: Build) -> list[str]:
    wrong = []
    if model.specificationVersion != _IOS16:
        wrong.append(f"is of version {model.specificationVersion}, not iOS 16's {_IOS16}")
    scaled = [op.name for op in program.operations if _SCALING.search(op.name)]
    if scaled:
        wrong.append(f"scales its pixels outside the network ({', '.join(scaled)})")
    stray = _weight_kinds(program) - _WEIGHT_KINDS[build.variant]
    if stray:
        wrong.append(f"has weights as {sorted(stray)}, not {build.variant}")
    unknown = {op.kind for op in program.operations} - SUPPORTED
    if unknown:
        wrong.append(f"has operations that nobody has looked at: {sorted(unknown)}")
    return wrong


def smallest_of(numbers: int) -> int:
    """The smallest weights that become 8 bits in a network of so many: a thousandth of
    them, at least ``SMALLEST_WEIGHT``.

    Depthwise and first layers are small and feel it most: a detector's average precision
    against float went from 0.984 to 1.000 on 60 photos, for 0.8 % more bytes.
    """
    return max(SMALLEST_WEIGHT, numbers // 1000)


def _weight_kinds(program: Program) -> set[str]:
    """How the weights that are large enough for 8 bits are stored: ``float16`` ..."""
    made_by = {op.name: op for op in program.operations}
    names = {op.inputs["weight"][0] for op in program.operations if op.kind in WEIGHTED}
    stored = [_stored(made_by[name]) for name in names]
    smallest = smallest_of(sum(size for _, size in stored))
    return {kind for kind, size in stored if size >= smallest}


def _stored(weight: Operation) -> tuple[str, int]:
    """How weights are stored, and how many numbers they are."""
    value = weight.constants.get("val", weight.constants.get("quantized_data"))
    if isinstance(value, str) or value is None:
        return weight.kind, sys.maxsize  # nothing is too small to be named
    return str(value.dtype), int(value.size)
