"""Mends: a signature, where a file has none, from the names of its tensors."""

from __future__ import annotations

from typing import Any

from edge_calibration.lint.graph_surgery import name_of, new_signature

KEY = b"serving_default"


def signed(model: Any) -> list[str]:
    """Write a signature; nothing where there is one, or where a tensor has no name."""
    graph = model.subgraphs[0]
    names = [name_of(graph, int(i)) for i in (*graph.inputs, *graph.outputs)]
    if model.signatureDefs or not all(names) or len(set(names)) < len(names):
        return []
    model.signatureDefs = [new_signature(graph, KEY)]
    return [KEY.decode()]
