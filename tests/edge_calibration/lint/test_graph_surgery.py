from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.lint import graph_surgery as surgery
from edge_calibration.lint.graph_surgery import OPERATORS

Make = Callable[..., Path]


@pytest.fixture
def model(tflite: Make) -> Any:
    """x -> a -> b -> y, and a -> unused."""
    path = tflite(
        ["ABS", "x", "a"],
        ["NEG", "a", "b"],
        ["MUL", "b c", "y"],
        ["SIN", "a", "unused"],
        outputs="y",
        tensors={"c": np.float32([2.0])},
    )
    return surgery.parsed(path.read_bytes())


def test_a_file_is_the_same_after_it_was_read(model: Any) -> None:
    again = surgery.parsed(surgery.packed(model))
    kinds = [surgery.kind_of(again, op) for op in again.subgraphs[0].operators]
    assert kinds == [OPERATORS.ABS, OPERATORS.NEG, OPERATORS.MUL, OPERATORS.SIN]
    assert surgery.numbers(again, 3, np.float32).tolist() == [2.0]
    assert surgery.numbers(again, 0, np.float32) is None


@pytest.mark.parametrize(("kind", "codes"), [("NEG", 4), ("COS", 5), ("GELU", 5)])
def test_a_kind_is_declared_once(kind: str, codes: int, model: Any) -> None:
    op = surgery.new_operator(model, getattr(OPERATORS, kind), [0], [1])
    assert surgery.kind_of(model, op) == getattr(OPERATORS, kind)
    assert len(model.operatorCodes) == codes


def test_what_nothing_uses_is_left_out(model: Any) -> None:
    graph = model.subgraphs[0]
    surgery.drop_unused(graph)
    assert [surgery.name_of(graph, op.outputs[0]) for op in graph.operators] == ["a", "b", "y"]


@pytest.mark.parametrize(
    ("kept", "gone", "joined", "taken"),
    [
        ("x", "a", True, {"x", "b", "c"}),  # inside, the one that is kept stays
        ("b", "y", True, {"x", "a", "y", "c"}),  # an output keeps its name
        ("x", "y", False, {"x", "a", "b", "c"}),  # two borders cannot be one
    ],
)
def test_one_tensor_stands_for_another(
    kept: str, gone: str, joined: bool, taken: set[str], model: Any
) -> None:
    graph = model.subgraphs[0]
    number = {tensor.name.decode(): n for n, tensor in enumerate(graph.tensors)}
    assert surgery.join(graph, number[kept], number[gone]) == joined
    used = {surgery.name_of(graph, t) for op in graph.operators for t in op.inputs}
    assert used == taken


def test_a_signature_of_the_border(model: Any) -> None:
    made = surgery.new_signature(model.subgraphs[0], b"main")
    assert made.signatureKey == b"main"
    assert [entry.name for entry in (*made.inputs, *made.outputs)] == [b"x", b"y"]
