from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge_calibration.layers import layer_errors as layers
from edge_calibration.layers.layer_table import time_lines
from edge_calibration.layers.node_times import node_times
from edge_calibration.layers.tflite_graph import TfliteGraph, read_graph
from edge_convert import quantize


@pytest.fixture
def graphs(
    layered: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[TfliteGraph, TfliteGraph]:
    monkeypatch.setattr(quantize, "hard_swishes", lambda _: ())
    path = layered.variant(tmp_path / "v", "static_wi8_ai8", layered.ranges)
    return read_graph(layered.path), read_graph(path)


def test_what_xnnpack_leaves_is_told(graphs: tuple[TfliteGraph, TfliteGraph]) -> None:
    floats, graph = graphs
    times = node_times(floats, graph)
    left = {n.kind for n, time in zip(graph.nodes, times, strict=True) if not time.delegated}
    assert left == {"HARD_SWISH"}
    assert all(time.delegated for time in node_times(floats, floats))
    assert all(time.us > 0 for time in times)
    last = times[-1]
    assert graph.nodes[-1].kind == "DEQUANTIZE"
    assert last.float_us is not None


def test_a_report_with_times(
    layered: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Factory:
        def tflite(self, *_: str) -> Path:
            return layered.path

        def activations(self, _: str, inputs: Any) -> Any:
            return layered.runs(layered.network)(inputs)

    monkeypatch.setattr(layers, "open_factory", Factory)
    monkeypatch.setattr(quantize, "hard_swishes", lambda _: ())
    path = layered.variant(tmp_path / "v", "static_wi8_ai8", layered.ranges)
    report = layers.layer_errors("layered", "fp32", layered.photos, path, timed=True)
    assert report.quantisation is not None
    assert all(layer.time for layer in report.quantisation.layers)
    lines = list(time_lines(report.quantisation.layers))
    (swish,) = (line for line in lines if "HARD_SWISH" in line)
    assert swish.endswith("XNNPACK leaves 2")
    plain = layers.layer_errors("layered", "fp32", layered.photos, timed=True)
    assert plain.quantisation is None
