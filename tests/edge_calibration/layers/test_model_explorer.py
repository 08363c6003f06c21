from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge_calibration.layers.layer_report import LayerError, LayerReport, comparison
from edge_calibration.layers.model_explorer import graphs, node_data, write_explorer
from edge_calibration.layers.tensor_error import CodeUse, TensorError

ERROR = TensorError(snr_db=12.5, cosine=0.98, max_abs=0.3, mean_abs=0.01)
CODES = CodeUse(held=(0.0, 1.0), seen=(0.0, 2.0), at_ends=0.5, clipped=0.25, dead=0.5)


@pytest.fixture
def report() -> LayerReport:
    layers = [
        LayerError(
            layer="up.mix",
            operation="convolution",
            paired=True,
            tensor="up/mix;1",
            kind="CONV_2D",
            shape=(1, 4, 4, 8),
            inputs=inputs,
            error=error,
            codes=CODES,
        )
        for inputs, error in (((), ERROR), ((0,), None))
    ]
    found = comparison("the float32 graph", "PyTorch", 60, layers)
    return LayerReport(
        model="m",
        format="tflite",
        variant="fp32",
        sha256="",
        photos=("a",),
        conversion=found,
        quantisation=None,
    )


def test_nodes_lie_in_the_modules_they_came_from(report: LayerReport) -> None:
    (graph,) = graphs(report)["graphs"]
    first, second = graph["nodes"]
    assert (graph["id"], first["label"], first["namespace"]) == (
        "conversion",
        "CONV_2D",
        "up/mix",
    )
    assert first["incomingEdges"] == []
    assert second["incomingEdges"][0]["sourceNodeId"] == first["id"]
    attributes = {entry["key"]: entry["value"] for entry in first["attrs"]}
    assert attributes["error, dB"] == "12.5"
    assert attributes["held"] == "0.0 .. 1.0"
    assert all(isinstance(value, str) for value in attributes.values())
    assert first["outputsMetadata"][0]["attrs"][0]["value"] == "up/mix;1"


def test_errors_are_found_by_the_ids_of_graph_and_node(report: LayerReport) -> None:
    data = node_data(report)
    assert data["conversion"]["results"] == {"0": {"value": 12.5}}
    assert [stop["stop"] for stop in data["conversion"]["gradient"]] == [0, 0.5, 1]


def test_both_are_written(report: LayerReport, tmp_path: Path) -> None:
    data = write_explorer(report, tmp_path / "m.json")
    assert data == tmp_path / "m.node-data.json"
    assert json.loads(data.read_text()) == json.loads(json.dumps(node_data(report)))
    assert json.loads((tmp_path / "m.json").read_text())["label"] == "m fp32"
