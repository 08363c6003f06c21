from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from torch import nn

from edge_calibration.cli import main
from edge_calibration.layers import layer_errors as layers
from edge_calibration.layers.layer_errors import compare_network, delegate_db, layer_errors
from edge_calibration.layers.layer_report import LayerReport
from edge_runtime.errors import SpecError, UnknownName


def wrong_weight(network: nn.Module) -> None:
    network.get_submodule("blocks.1.widen").weight.data[3, 2] += 0.5


def wrong_bias(network: nn.Module) -> None:
    network.get_submodule("blocks.0.gate").bias.data[5] += 0.2


def wrong_padding(network: nn.Module) -> None:
    network.get_submodule("blocks.0.depthwise").padding_mode = "replicate"
    network.get_submodule("blocks.0.depthwise")._reversed_padding_repeated_twice = [1] * 4


def swapped_channels(network: nn.Module) -> None:
    layer = network.get_submodule("blocks.1.narrow")
    order = [1, 0, *range(2, 8)]
    layer.weight.data, layer.bias.data = layer.weight.data[order], layer.bias.data[order]


def wrong_scale(network: nn.Module) -> None:
    network.get_submodule("mask").weight.data.mul_(1.01)


def test_a_faithful_graph_agrees_at_every_layer(layered: Any) -> None:
    found, twins = compare_network(layered.runs(layered.network), layered.path, layered.photos)
    assert found.first is None
    assert [layer.words for layer in found.layers if not layer.paired] == ["stem (PAD)"]
    assert len(twins) == 23
    words = [layer.words for layer in found.layers]
    assert words[2:7] == [
        "stem (PAD)",
        "stem (convolution)",
        "blocks.0.widen (convolution)",
        "blocks.0 (hardswish)",
        "blocks.0.depthwise (convolution + relu)",
    ]
    assert words[-1] == "network (sigmoid)"


@pytest.mark.parametrize(
    ("plant", "layer"),
    [
        (wrong_weight, "blocks.1.widen (convolution)"),
        (wrong_bias, "blocks.0.gate (convolution)"),
        (wrong_padding, "blocks.0.depthwise (convolution + relu)"),
        (swapped_channels, "blocks.1.narrow (convolution)"),
        (wrong_scale, "mask (convolution)"),
    ],
)
def test_a_planted_fault_is_named(
    plant: Callable[[nn.Module], None], layer: str, layered: Any
) -> None:
    network = copy.deepcopy(layered.network)
    plant(network)
    found, _ = compare_network(layered.runs(network), layered.path, layered.photos)
    assert found.first == layer


def test_the_usual_kernels_agree_on_floats(layered: Any) -> None:
    assert delegate_db(layered.path, layered.photos) > 100


class Factory:
    """The factory, of the small network alone."""

    def __init__(self, layered: Any, folder: Path) -> None:
        self._layered, self._folder = layered, folder

    def activations(self, model_id: str, inputs: Any) -> Any:
        return self._layered.runs(self._layered.network)(inputs)

    def tflite(self, model_id: str, variant: str) -> Path:
        if variant == "fp32":
            return self._layered.path
        if variant != "static_wi8_ai8":
            raise UnknownName("variant", variant, ["fp32", "static_wi8_ai8"])
        return self._layered.variant(self._folder / "v", variant, self._layered.ranges)


@pytest.fixture
def factory(layered: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Factory:
    made = Factory(layered, tmp_path)
    monkeypatch.setattr(layers, "open_factory", lambda: made)
    return made


def test_a_report_holds_both_comparisons(factory: Factory, layered: Any) -> None:
    report = layer_errors("layered", "static_wi8_ai8", layered.photos)
    assert report.photos == ("first", "second")
    assert report.conversion is not None
    assert report.conversion.first is None
    assert report.quantisation is not None
    assert len(report.quantisation.layers) == 30
    assert report.delegate_db is not None
    decoded = msgspec.json.decode(msgspec.json.encode(report), type=LayerReport)
    assert decoded == report


def test_the_float_file_has_nothing_quantised(factory: Factory, layered: Any) -> None:
    assert layer_errors("layered", "fp32", layered.photos).quantisation is None


def test_another_file_is_called_by_its_name(
    factory: Factory, layered: Any, tmp_path: Path
) -> None:
    path = layered.variant(tmp_path / "mine.tflite", "weight_only_wi8_afp32")
    assert layer_errors("layered", "fp32", layered.photos, path).variant == "mine"


def test_what_cannot_be_compared_says_so(factory: Factory, layered: Any) -> None:
    with pytest.raises(SpecError, match="no photo"):
        layer_errors("layered", "fp32", {})
    with pytest.raises(UnknownName, match="static_wi8_ai8"):
        layer_errors("layered", "fp16", layered.photos)


def test_the_command_prints_and_writes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    graph = tmp_path / "smile.json"
    words = ["layers", "smile", "--photos", "1", "--json", "--explorer", str(graph)]
    assert main(words) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["variant"] == "weight_only_wi8_afp32"
    assert report["conversion"]["first"] is None
    assert json.loads(graph.read_text())["label"] == "smile weight_only_wi8_afp32"
    assert main(words[:4]) == 0
    assert "no layer is under 60 dB" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["layers", "smiel"], "did you mean 'smile'"),
        (["layers", "smile", "--variant", "fp8"], "known: "),
        (["layers", "smile", "--data", "nowhere"], "unknown set of photos"),
    ],
)
def test_wrong_words_are_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    assert said in capsys.readouterr().err


def test_no_photos_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["layers", "smile", "--photos", "0"])
    assert caught.value.code == 2
