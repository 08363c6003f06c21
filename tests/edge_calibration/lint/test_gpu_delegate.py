from __future__ import annotations

from typing import Any

import pytest
from ai_edge_litert import schema_py_generated as schema

from edge_calibration.lint import gpu_delegate
from edge_calibration.lint.gpu_delegate import refusal
from edge_calibration.lint.model_graph import Operation, Value

PICTURE = (1, 8, 8, 4)


def operation(
    kind: str, *inputs: Any, made: str = "FLOAT32", shape: Any = PICTURE, **options: Any
) -> Operation:
    """An input is said by its shape and type; a type that ends in ``!`` is a constant."""
    values = []
    for number, said in enumerate(inputs or [(PICTURE, "FLOAT32")]):
        sizes, dtype = said
        constant = dtype.endswith("!")
        values.append(
            Value(name=str(number), shape=sizes, dtype=dtype.rstrip("!"), constant=constant)
        )
    out = Value(name="y", shape=shape, dtype=made)
    return Operation(kind=kind, inputs=tuple(values), outputs=(out,), options=options)


FLOAT = (PICTURE, "FLOAT32")
AXES = ((2,), "INT32!")
TAKEN = [
    operation("CONV_2D", FLOAT, ((8, 3, 3, 4), "FLOAT32!")),
    operation("HARD_SWISH"),
    operation("ADD", FLOAT, FLOAT),
    operation("MEAN", FLOAT, AXES),
    operation("SLICE", FLOAT, AXES, AXES),
    operation("STRIDED_SLICE", FLOAT, AXES, AXES, AXES, beginMask=3),
    operation("PAD", FLOAT, ((4, 2), "INT32!")),
    operation("MIRROR_PAD", FLOAT, ((4, 2), "INT32!"), mode=0),
    operation("CAST", (PICTURE, "INT32")),
    operation("CAST", FLOAT, made="BOOL"),
    operation("GATHER", FLOAT, ((3,), "INT32!")),
    operation("DEQUANTIZE", (PICTURE, "INT8")),
    operation("SOFTMAX", beta=1.0),
    operation("DEPTHWISE_CONV_2D", FLOAT, FLOAT, depthMultiplier=1),
    operation("DEPTHWISE_CONV_2D", ((1, 8, 8, 1), "FLOAT32"), FLOAT, depthMultiplier=4),
    operation("DEPTH_TO_SPACE", blockSize=2),
    operation("FULLY_CONNECTED", FLOAT, ((3, 4), "FLOAT32!")),
    operation("SELECT_V2", (PICTURE, "BOOL"), FLOAT, FLOAT),
    operation("ONE_HOT", ((3,), "INT32"), *[((), "FLOAT32!")] * 3),
]
REFUSED = [
    (operation("ARG_MAX"), "not in the delegate's set"),
    (operation("BROADCAST_TO", FLOAT, AXES), "not in the delegate's set"),
    (operation("HARD_SWISH", (PICTURE, "FLOAT32!")), "not in the delegate's set"),
    (operation("ADD_N", FLOAT, FLOAT, FLOAT), "takes two inputs, not 3"),
    (operation("MEAN", FLOAT, ((2,), "INT32")), "axes are not constant"),
    (operation("SUM", FLOAT, ((2,), "INT64!")), "axes are not constant int32"),
    (operation("SLICE", ((8, 8), "FLOAT32"), AXES, AXES), "rank 2, not 3 or 4"),
    (operation("STRIDED_SLICE", FLOAT, AXES, AXES, AXES, shrinkAxisMask=1), "shrinkAxisMask"),
    (operation("PAD", FLOAT, ((2, 2), "INT32!")), "pads rank 2"),
    (operation("MIRROR_PAD", FLOAT, ((4, 2), "INT32!"), mode=1), "SYMMETRIC"),
    (operation("CAST", (PICTURE, "UINT8")), "casts FLOAT32 and UINT8"),
    (operation("CAST", (PICTURE, "INT64"), made="INT32"), "INT64"),
    (operation("GATHER", FLOAT, ((3, 1), "INT32!")), "not a list of int32"),
    (operation("DEQUANTIZE", (PICTURE, "INT16")), "unpacks INT16"),
    (operation("SOFTMAX", beta=0.5), "beta is not 1"),
    (operation("DEPTHWISE_CONV_2D", FLOAT, FLOAT, depthMultiplier=2), "2 channels of each"),
    (operation("SPACE_TO_DEPTH", blockSize=1), "block is one pixel"),
    (operation("FULLY_CONNECTED", FLOAT, FLOAT, FLOAT), "more than a picture and weights"),
    (
        operation("FULLY_CONNECTED", FLOAT, ((3, 4), "FLOAT32!"), shape=(64, 3), keepNumDims=1),
        "keeps dimensions",
    ),
    (operation("SELECT", (PICTURE, "BOOL"), (PICTURE, "INT32"), FLOAT), "between integers"),
    (operation("ONE_HOT", ((3,), "INT64"), *[((), "FLOAT32!")] * 3), "not int32"),
]


@pytest.mark.parametrize("op", TAKEN, ids=lambda op: op.kind)
def test_what_the_delegate_takes(op: Operation) -> None:
    assert refusal(op) is None


@pytest.mark.parametrize(("op", "why"), REFUSED, ids=lambda v: getattr(v, "kind", None))
def test_what_the_delegate_refuses_and_why(op: Operation, why: str) -> None:
    assert why in (refusal(op) or "")


def test_operations_are_spelt_as_the_schema_spells_them() -> None:
    sets = [v for v in vars(gpu_delegate).values() if isinstance(v, frozenset)]
    named = {kind for kinds in sets for kind in kinds} - gpu_delegate.CASTS
    assert len(named) > 70
    assert set(vars(schema.BuiltinOperator)) >= named
