"""The network that looks at faces: its layers, its import, and the original graph's numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from edge_runtime.errors import WeightsError
from edge_server.models.age_and_gender import APPEARANCE
from edge_server.networks.face_attributes import (
    Convolution,
    FaceAttributes,
    attributes,
    checked,
    imported,
    loaded,
)
from edge_server.problems import Cancelled
from edge_server.weights.weights_store import WeightsStore

GOLDEN = Path(__file__).parent / "golden" / "age_and_gender.json"
# Parts of the samples as they are, top and left, so that no resampling comes between.
CORNERS = {"astronaut.png": (20, 112), "coffee.png": (88, 188)}


def part(samples: Path, name: str) -> Any:
    if name == "noise":
        return np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    top, left = CORNERS[name]
    rgb = np.asarray(Image.open(samples / name).convert("RGB"))
    return rgb[top : top + 224, left : left + 224]


def test_it_computes_what_the_original_graph_does(
    pulled: Callable[..., Path], samples: Path
) -> None:
    weights = WeightsStore(pulled(APPEARANCE)).get(APPEARANCE)
    network = loaded(load_file(weights.path), "cpu")
    for name, wanted in json.loads(GOLDEN.read_text()).items():
        ages, men = attributes(network, part(samples, name)[None], lambda: None)
        np.testing.assert_allclose(ages[0], wanted["ages"], atol=2e-6)
        assert men[0] == pytest.approx(wanted["men"], abs=1e-5)
        assert ages[0].sum() == pytest.approx(1, abs=1e-5)


def test_the_network_is_as_large_as_the_published_one() -> None:
    network = FaceAttributes()
    assert sum(p.numel() for p in network.parameters()) == 3_484_389
    assert len(network.pairs) == 13


def test_where_a_size_is_halved_it_is_padded_at_its_end() -> None:
    layer = Convolution(1, 1, stride=2)
    with torch.inference_mode():
        layer.conv.weight[:] = 0
        layer.conv.bias[:] = 0
        layer.conv.weight[0, 0, 0, 0] = 1  # the upper left of what it sees
        seen = layer(torch.arange(16.0).reshape(1, 1, 4, 4) / 4)
    assert seen[0, 0].tolist() == [[0, 0.5], [2, 2.5]]


def graph_of(network: FaceAttributes, folder: Path, *, without: str = "") -> Path:
    """The graph's two files, as they would be for this network."""
    ours = {name: values.numpy() for name, values in network.state_dict().items()}
    given = {"conv1/convolution/merged_input": ours["first.conv.weight"].transpose(2, 3, 1, 0)}
    given["conv1_bn/batchnorm_1/sub"] = ours["first.conv.bias"]
    for number in range(1, 14):
        deep, wide = f"conv_dw_{number}", f"conv_pw_{number}"
        filters = ours[f"pairs.{number - 1}.depthwise.conv.weight"]
        given[f"{deep}/depthwise_kernel"] = filters.transpose(2, 3, 0, 1) * 2
        given[f"{deep}_bn/batchnorm_1/mul"] = np.full(len(filters), 0.5, np.float32)
        given[f"{deep}_bn/batchnorm_1/sub"] = ours[f"pairs.{number - 1}.depthwise.conv.bias"]
        mixing = ours[f"pairs.{number - 1}.pointwise.weight"]
        given[f"{wide}/convolution/merged_input"] = mixing.transpose(2, 3, 1, 0)
        given[f"{wide}_bn/batchnorm_1/sub"] = ours[f"pairs.{number - 1}.pointwise.bias"]
    for mine, theirs in {
        "features": "feats",
        "age": "age_pred",
        "gender": "gender_pred",
    }.items():
        given[f"{theirs}/kernel"] = ours[f"{mine}.weight"].T
        given[f"{theirs}/bias"] = ours[f"{mine}.bias"]
    given.pop(without, None)
    listed = [
        {"name": name, "shape": list(values.shape), "dtype": "float32"}
        for name, values in given.items()
    ]
    (folder / "a.bin").write_bytes(
        b"".join(one.astype("<f4").tobytes() for one in given.values())
    )
    (folder / "a.json").write_text(json.dumps({"weightsManifest": [{"weights": listed}]}))
    return folder / "a.json"


def test_every_tensor_gets_to_its_layer_and_scales_are_multiplied_in(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = FaceAttributes()
    found = imported(graph_of(network, tmp_path))
    for name, values in network.state_dict().items():
        np.testing.assert_array_equal(found[name], values.numpy(), err_msg=name)


@pytest.mark.parametrize("name", ["feats/kernel", "conv_dw_7_bn/batchnorm_1/mul"])
def test_another_graph_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WeightsError, match=f"has no {name}"):
        imported(graph_of(FaceAttributes(), tmp_path, without=name))
    with pytest.raises(WeightsError, match="this very network"):
        checked({"weight": np.ones(3)})


def test_a_face_s_numbers_do_not_depend_on_the_others() -> None:
    torch.manual_seed(0)
    network = FaceAttributes().eval()
    crops = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    together = attributes(network, crops, lambda: None)
    alone = attributes(network, crops[1:], lambda: None)
    assert np.array_equal(together[0][1:], alone[0])
    assert np.array_equal(together[1][1:], alone[1])


def test_a_caller_who_hung_up_is_not_computed_for() -> None:
    network = FaceAttributes().eval()
    seen: list[int] = []

    def step() -> None:
        seen.append(1)
        if len(seen) > 1:
            raise Cancelled("gone")

    with pytest.raises(Cancelled):
        attributes(network, np.zeros((9, 224, 224, 3), np.uint8), step)
    assert len(seen) == 2
