from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from edge_calibration.cli import main
from edge_calibration.layers import program_layers
from edge_calibration.layers.program_layers import program_errors
from edge_convert import coreml


@pytest.fixture(scope="module")
def package(layered: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("program") / "layered.mlpackage"
    coreml.export(layered.network, layered.spec, "fp16", (32, 32), out)
    return out


def compared(layered: Any, network: Any, package: Path, patch: pytest.MonkeyPatch) -> Any:
    class Factory:
        def activations(self, _: str, inputs: Any) -> Any:
            return layered.runs(network)(inputs)

    patch.setattr(program_layers, "open_factory", Factory)
    return program_errors(layered.spec, "fp16", package, layered.photos)


def test_a_faithful_program(
    layered: Any, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = compared(layered, layered.network, package, monkeypatch)
    assert report.conversion.first is None
    assert report.quantisation.first is None
    words = {layer.words for layer in report.conversion.layers if layer.paired}
    assert {"stem (convolution)", "blocks.1.widen (convolution)", "blocks.0 (mul)"} <= words
    assert any(layer.error.snr_db < 100 for layer in report.quantisation.layers)


@pytest.mark.parametrize("layer", ["stem", "blocks.0.gate", "blocks.1.narrow"])
def test_a_wrong_bias_is_named(
    layer: str, layered: Any, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = copy.deepcopy(layered.network)
    network.get_submodule(layer).bias.data.add_(0.3)
    report = compared(layered, network, package, monkeypatch)
    assert report.conversion.first == f"{layer} (convolution)"
    assert report.quantisation.first is None


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layers", "smile", "--format", "coreml", "--photos", "1"]) == 0
    out = capsys.readouterr().out
    assert "smile coreml fp16" in out
    assert "no layer is under 40 dB" in out
