from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge_calibration.layers.graph_layers import (
    GraphLayers,
    Seen,
    plain_name,
    through_hard_swish,
    through_sigmoid,
)
from edge_calibration.layers.pairing import Twin
from edge_calibration.layers.tflite_graph import read_graph
from edge_calibration.layers.tflite_trace import Trace


@pytest.fixture(scope="module")
def found(layered: Any) -> GraphLayers:
    return GraphLayers(read_graph(layered.path))


def test_layers_know_where_they_take_from(found: GraphLayers) -> None:
    adds = [p for p, n in enumerate(found.numbers) if found.graph.nodes[n].kind == "ADD"]
    stem, narrow = found.sources[adds[0]]
    assert found.names[stem].startswith("stem")
    assert found.names[narrow].startswith("blocks/0/narrow")


def test_what_is_not_looked_at_as_a_whole(found: GraphLayers) -> None:
    views = {name.split(";")[0]: view for name, view in found.views.items()}
    assert views == {
        "blocks/0/gate": through_sigmoid,
        "blocks/1/gate": through_sigmoid,
        "mask": through_sigmoid,
        "blocks/0/widen": through_hard_swish,
        "blocks/1/widen": through_hard_swish,
    }


def test_what_is_paired(found: GraphLayers, layered: Any) -> None:
    made = found.made(Trace(found.graph).run(layered.photos["first"]))
    assert len(made) == len(found.numbers)
    assert (made[4].path, made[4].kind, made[4].inputs) == ("blocks/0/widen", "CONV_2D", (3,))


def test_a_layer_is_called_by_its_twin_or_by_the_graph(found: GraphLayers) -> None:
    twin = Twin(number=0, layer="blocks.0.widen", operation="convolution", turned=True)
    assert found.record(5, twin, Seen()).words == "blocks.0.widen (convolution)"
    own = found.record(5, None, Seen())
    assert (own.words, own.paired, own.error) == ("blocks.0 (HARD_SWISH)", False, None)


def test_a_sigmoid_hides_what_lies_beyond_its_ends() -> None:
    values = np.array([-900, -40, 0, 40, 900], np.float32)
    np.testing.assert_allclose(through_sigmoid(values), [0, 0, 0.5, 1, 1], atol=1e-7)


def test_a_hard_swish_hides_what_it_turns_to_zero() -> None:
    values = np.array([-80, -3, -1, 66], np.float32)
    assert through_hard_swish(values).tolist() == [-3, -3, -1, 66]


@pytest.mark.parametrize("name", ["image", "image_quantized", "image_dequant"])
def test_border_names(name: str) -> None:
    assert plain_name(name) == "image"
