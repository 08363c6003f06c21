from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_convert.flatbuffer import tensor_names
from edge_convert.graph_edit import OPERATORS, GraphEdit
from edge_convert.light_model import LightModel
from edge_runtime.interpreter import Session


def test_nothing_changed_is_the_same_function(
    float_tflite: Path, tiny: LightModel, tmp_path: Path
) -> None:
    graph = GraphEdit(float_tflite.read_bytes(), "new")
    graph.operators.extend(graph.take_operators())
    again = tmp_path / "again.tflite"
    again.write_bytes(graph.to_bytes())
    inputs = tiny.samples()["noise1"]
    np.testing.assert_array_equal(
        *(Session(path).run(inputs)["probability"] for path in (float_tflite, again))
    )


def test_an_operator_put_in_is_run(
    float_tflite: Path, tiny: LightModel, tmp_path: Path
) -> None:
    graph = GraphEdit(float_tflite.read_bytes(), "new")
    for operator in graph.take_operators():
        if graph.kind(operator) == OPERATORS.LOGISTIC:
            factor = graph.constant(np.zeros(1, np.float32))
            shape = graph.shape(operator.inputs[0])
            operator.inputs = [
                graph.add("Mul", [operator.inputs[0], factor], graph.tensor(shape))
            ]
        graph.operators.append(operator)
    path = tmp_path / "half.tflite"
    path.write_bytes(graph.to_bytes())
    out = Session(path).run(tiny.samples()["noise1"])["probability"]
    np.testing.assert_array_equal(out, np.full_like(out, 0.5))


def test_names_of_what_is_added(float_tflite: Path) -> None:
    graph = GraphEdit(float_tflite.read_bytes(), "new")
    added = [graph.tensor([1]), graph.tensor([1], "mine"), graph.tensor([1])]
    assert [graph.name(index) for index in added] == ["new#0", "mine", "new#1"]
    assert not set(tensor_names(float_tflite.read_bytes())) & {"new#0", "mine"}


@pytest.mark.parametrize("values", [np.ones(2, np.float32), np.ones(2, np.int32)])
def test_a_constant_is_kept_once(values: np.ndarray, float_tflite: Path) -> None:
    graph = GraphEdit(float_tflite.read_bytes(), "new")
    first = graph.constant(values)
    assert graph.constant(values.copy()) == first
    np.testing.assert_array_equal(graph.values(first, values.dtype.type), values)
    assert graph.constant(np.zeros(2, values.dtype)) != first


def test_outputs_are_named_and_put_in_order(
    float_tflite: Path, tiny: LightModel, tmp_path: Path
) -> None:
    graph = GraphEdit(float_tflite.read_bytes(), "new")
    graph.operators.extend(graph.take_operators())
    pooled = graph.output("pooled")
    assert graph.name(pooled) == "pooled"
    halves = graph.constant(np.full((2, 32), 0.5, np.float32))
    sums = graph.add("FullyConnected", [pooled, halves, -1], graph.tensor([1, 2]))
    logs = graph.add("Log", [sums], graph.tensor([1, 2]))
    graph.set_outputs({"logs": logs, "pooled": pooled})
    path = tmp_path / "other.tflite"
    path.write_bytes(graph.to_bytes())
    inputs = tiny.samples()["noise1"]
    made, before = Session(path).run(inputs), Session(float_tflite).run(inputs)
    assert set(made) == {"logs", "pooled"}
    np.testing.assert_array_equal(made["pooled"], before["pooled"])
    np.testing.assert_allclose(made["logs"], np.log(before["pooled"].sum() / 2), rtol=1e-5)
