"""A layer report as graphs for Model Explorer, with the errors over them.

Two files: a graph collection (nodes, edges, attributes) that the viewer opens as a
model, and the node data that it lays over it in colours.  The formats are those of the
viewer's ``graph_builder`` and ``node_data_builder``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from edge_runtime.outputs import write_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from edge_calibration.layers.layer_report import Comparison, LayerError, LayerReport

_RED, _YELLOW, _GREEN = "#d73027", "#fee08b", "#1a9850"
DATA_SUFFIX = ".node-data.json"


def write_explorer(report: LayerReport, path: Path) -> Path:
    """Write the graphs to ``path`` (``.json``) and the errors beside it; returns where
    the errors lie."""
    data = path.with_name(path.stem + DATA_SUFFIX)
    for place, content in ((path, graphs(report)), (data, node_data(report))):
        write_bytes(place, msgspec.json.format(msgspec.json.encode(content), indent=1))
    return data


def graphs(report: LayerReport) -> dict[str, Any]:
    """A graph collection: one graph a comparison."""
    return {
        "label": f"{report.model} {report.variant}",
        "graphs": [_graph(name, made) for name, made in _comparisons(report)],
    }


def node_data(report: LayerReport) -> dict[str, Any]:
    """The error of every node in decibels, by the ids of graph and node."""
    return {
        name: {
            "name": f"signal over error, dB ({made.made} against {made.wanted})",
            "results": {
                _id(place): {"value": layer.error.snr_db}
                for place, layer in enumerate(made.layers)
                if layer.error is not None
            },
            "gradient": [
                {"stop": 0, "bgColor": _RED},
                {"stop": 0.5, "bgColor": _YELLOW},
                {"stop": 1, "bgColor": _GREEN},
            ],
        }
        for name, made in _comparisons(report)
    }


def _comparisons(report: LayerReport) -> list[tuple[str, Comparison]]:
    both = (("conversion", report.conversion), ("quantisation", report.quantisation))
    return [(name, made) for name, made in both if made is not None]


def _graph(name: str, made: Comparison) -> dict[str, Any]:
    return {"id": name, "nodes": [_node(p, layer) for p, layer in enumerate(made.layers)]}


def _node(place: int, layer: LayerError) -> dict[str, Any]:
    return {
        "id": _id(place),
        "label": layer.kind,
        "namespace": layer.layer.replace(".", "/"),
        "incomingEdges": [
            {
                "sourceNodeId": _id(source),
                "sourceNodeOutputId": "0",
                "targetNodeInputId": str(i),
            }
            for i, source in enumerate(layer.inputs)
        ],
        "attrs": [{"key": k, "value": v} for k, v in _attributes(layer).items()],
        "outputsMetadata": [
            {
                "id": "0",
                "attrs": [
                    {"key": "tensor_name", "value": layer.tensor},
                    {"key": "shape", "value": "x".join(map(str, layer.shape))},
                ],
            }
        ],
    }


def _attributes(layer: LayerError) -> dict[str, str]:
    found = {"operation": layer.operation}
    for name, error in (("error", layer.error), ("own error", layer.own)):
        if error is not None:
            found[f"{name}, dB"] = str(error.snr_db)
            found[f"{name}, cosine"] = str(error.cosine)
            found[f"{name}, largest of the range"] = str(error.max_abs)
    if layer.codes is not None:
        found["held"], found["seen"] = (
            f"{low} .. {high}" for low, high in (layer.codes.held, layer.codes.seen)
        )
        found["clipped"] = str(layer.codes.clipped)
        found["dead codes"] = str(layer.codes.dead)
    return found


def _id(place: int) -> str:
    return str(place)
