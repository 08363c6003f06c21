from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_calibration.layers.tflite_graph import read_graph
from edge_calibration.layers.tflite_trace import NodeAlone, Trace
from edge_runtime.interpreter import Session


def test_outputs_are_those_of_a_session(layered: Any) -> None:
    graph, inputs = read_graph(layered.path), layered.photos["first"]
    kept = Trace(graph).run(inputs)
    expected = Session(layered.path).run(inputs)["probability"]
    np.testing.assert_allclose(kept[graph.outputs["probability"]].values, expected, atol=1e-6)


def test_every_value_of_a_run_is_that_run_s(layered: Any) -> None:
    trace = Trace(read_graph(layered.path))
    first, second = (trace.run(layered.photos[name]) for name in ("first", "second"))
    again = trace.run(layered.photos["first"])
    for index, kept in first.items():
        np.testing.assert_array_equal(again[index].values, kept.values)
    assert any((second[index].values != kept.values).any() for index, kept in first.items())


@pytest.mark.parametrize("variant", ["fp32", "fp16", "weight_only_wi8_afp32", "static_wi8_ai8"])
def test_each_node_alone_makes_what_it_makes_in_the_graph(
    variant: str, layered: Any, tmp_path: Path
) -> None:
    graph = read_graph(layered.variant(tmp_path / "v", variant, layered.ranges))
    kept = Trace(graph).run(layered.photos["first"])
    values = {index: one.values for index, one in kept.items()}
    for number in set(range(len(graph.nodes))) - graph.weights:
        alone = NodeAlone(graph, number)
        np.testing.assert_allclose(
            alone.run(values), values[alone.output], rtol=1e-5, atol=1e-6
        )


def test_integers_are_kept_as_they_are(layered: Any, tmp_path: Path) -> None:
    path = layered.variant(tmp_path / "v", "static_wi8_ai8", layered.ranges)
    graph = read_graph(path)
    kept = Trace(graph).run(layered.photos["first"])
    kinds = {one.codes.dtype for one in kept.values() if one.codes is not None}
    assert kinds == {np.dtype(np.int8)}
    assert kept[graph.outputs["probability"]].codes is None
