from __future__ import annotations

from pathlib import Path

from edge_calibration.lint.model_graph import ModelGraph, Operation, Value


def test_who_makes_a_value_and_who_takes_it() -> None:
    a, b, weight = (Value(name=n, shape=(1,), dtype="FLOAT32") for n in ("a", "b", "a"))
    fixed = Value(name="w", shape=(1,), dtype="FLOAT32", constant=True)
    op = Operation(kind="ADD", inputs=(a, fixed), outputs=(b,))
    graph = ModelGraph(
        kind="tflite", path=Path("x"), operations=(op,), inputs=(a,), outputs=(b,)
    )
    assert graph.maker(b) is op
    assert graph.maker(a) is None
    assert graph.users(a) == [op]
    assert graph.users(weight) == []  # of the same name, but another
    assert op.name == "ADD b"
    assert op.runtime_inputs == (a,)
    assert Operation(kind="ASSERT", inputs=(a,), outputs=()).name == "ASSERT nothing"
