from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_calibration.lint import border_rules
from edge_calibration.lint.border_rules import BORDER_RULES

Make = Callable[..., Path]
RELU = ["RELU", "x", "y"]


def relu(*tensors: Any, **more: Any) -> dict[str, Any]:
    return {"ops": [RELU], "tensors": dict(zip("xy", tensors, strict=False)), **more}


# A file that the rule finds something in, and one like it in which it does not.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "PL001-integer-border": (relu("INT8", "INT8"), relu()),
    "PL012-long-border": (relu("INT64", "INT64"), relu("INT32", "INT32")),
    "PL002-dynamic-shape": (relu((1, -1, -1, 3)), relu((1, 4, 4, 3))),
    "PL011-batch": (relu((8, 4, 4, 3)), relu((8, 3))),
    "PL013-no-signature": (relu(signed=False), relu()),
    "PL014-nameless-border": ({"ops": [["RELU", "x", "Identity_1"]]}, relu()),
    "PL015-channels-first": (relu((1, 3, 224, 224)), relu((1, 1, 1, 100))),
    "ON001-dynamic-shape": (
        {"kind": "Relu", "shape": ("n", 3, 8, 8), "made": ("n", 3, 8, 8)},
        {"kind": "Relu"},
    ),
}
ELSEWHERE = {"PL016-too-large", "CM001-flexible-size"}  # below


def test_every_rule_has_its_two_files() -> None:
    assert {rule.id for rule in BORDER_RULES} == {*CASES, *ELSEWHERE}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_what_it_is_for_and_nothing_else(
    rule: str, case: Make, found: Callable[[Path], set[str]]
) -> None:
    bad, good = CASES[rule]
    assert rule in found(case(bad))
    assert rule not in found(case(good))


@pytest.mark.parametrize(("limit", "expected"), [(300, True), (30_000, False)])
def test_the_size_of_a_file(
    limit: int,
    expected: bool,
    tflite: Make,
    found: Callable[[Path], set[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(border_rules, "LARGEST_BYTES", limit)
    assert ("PL016-too-large" in found(tflite(RELU))) == expected


def test_the_size_of_a_package_is_that_of_its_files(
    package: Make, found: Callable[[Path], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = package(lambda mil, x: mil.relu(x=x))
    assert "PL016-too-large" not in found(path)
    (path / "weights.bin").write_bytes(bytes(2000))
    monkeypatch.setattr(border_rules, "LARGEST_BYTES", 2000)
    assert "PL016-too-large" in found(path)


@pytest.mark.parametrize(("sizes", "expected"), [("range", True), ("list", False), ("", False)])
def test_an_input_of_many_sizes(
    sizes: str, expected: bool, package: Make, found: Callable[[Path], set[str]]
) -> None:
    from edge_calibration.coreml.mlprogram import read_model

    path = package(lambda mil, x: mil.relu(x=x))
    model = read_model(path)
    array = model.description.input[0].type.multiArrayType
    if sizes == "range":
        for low, high in ((1, 1), (3, 3), (8, 9), (8, 9)):
            size = array.shapeRange.sizeRanges.add()
            size.lowerBound, size.upperBound = low, high
    elif sizes == "list":
        array.enumeratedShapes.shapes.add().shape.extend([1, 3, 8, 8])
    next(path.rglob("*.mlmodel")).write_bytes(model.SerializeToString())
    assert ("CM001-flexible-size" in found(path)) == expected
