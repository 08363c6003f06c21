"""A Core ML program as a graph for rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edge_calibration.lint.model_graph import ModelGraph, Operation, Value
from edge_calibration.quiet import aside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edge_calibration.coreml.mlprogram import Operation as Step


def read_coreml(path: Path) -> ModelGraph:
    """Read the program of an ``.mlpackage``; ``BundleTampered`` where there is none."""
    with aside(f"reading {path.name}"):
        from edge_calibration.coreml.mlprogram import read_model, read_program  # noqa: PLC0415

        program, model = read_program(path), read_model(path)
    features = model.description.input
    values = {feature.name: _feature(feature) for feature in features}
    inputs = tuple(values.values())
    numbers: dict[str, Any] = {}
    for step in program.operations:
        if step.kind == "const":
            numbers[step.name] = step.constants["val"]
            values[step.name] = _constant(step)
    operations = tuple(
        _operation(step, values, numbers) for step in program.operations if step.kind != "const"
    )
    return ModelGraph(
        kind="coreml",
        path=path,
        operations=operations,
        inputs=inputs,
        outputs=tuple(
            values.get(feature.name, _feature(feature)) for feature in model.description.output
        ),
        flexible=tuple(feature.name for feature in features if _takes_a_range(feature)),
    )


def _constant(step: Step) -> Value:
    numbers = step.constants["val"]
    if not isinstance(numbers, np.ndarray):
        return Value(name=step.name, shape=(), dtype="STRING", constant=True)
    return Value(
        name=step.name,
        shape=numbers.shape,
        dtype=numbers.dtype.name.upper(),
        constant=True,
        values=numbers,
    )


def _operation(step: Step, values: dict[str, Value], numbers: Mapping[str, Any]) -> Operation:
    """A step, all constants that it takes among its options; what it makes is added to the
    values."""
    made = tuple(
        Value(
            name=output.name,
            shape=tuple(output.shape),
            dtype="FLOAT16" if output.half else "FLOAT32",
            constant=step.kind.startswith("constexpr"),
        )
        for output in step.outputs
    )
    values |= {value.name: value for value in made}
    bound = {
        key: numbers[names[0]] for key, names in step.inputs.items() if names[0] in numbers
    }
    by_key = sorted(step.inputs.items(), key=lambda item: item[0] != "x")  # x is the data
    taken = [name for _, names in by_key for name in names]
    return Operation(
        kind=step.kind,
        inputs=tuple(values[name] for name in taken if name in values),
        outputs=made,
        options={**step.constants, **bound},
    )


def _feature(feature: Any) -> Value:
    image, array = feature.type.imageType, feature.type.multiArrayType
    if feature.type.WhichOneof("Type") == "imageType":
        return Value(name=feature.name, shape=(1, 3, image.height, image.width), dtype="IMAGE")
    return Value(name=feature.name, shape=tuple(array.shape), dtype="FLOAT32")


def _takes_a_range(feature: Any) -> bool:
    """A range, not a list, of sizes."""
    if feature.type.WhichOneof("Type") == "imageType":
        flexibility = feature.type.imageType.WhichOneof("SizeFlexibility")
        return bool(flexibility == "imageSizeRange")
    flexibility = feature.type.multiArrayType.WhichOneof("ShapeFlexibility")
    return bool(flexibility == "shapeRange")
