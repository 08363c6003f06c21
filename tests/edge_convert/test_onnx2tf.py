from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from edge_convert import onnx2tf
from edge_convert.light_model import LightModel
from edge_convert.recipe import Build
from edge_convert.verify import cases, verify
from edge_runtime.errors import ConversionError

BUILD = Build(format="tflite", variant="fp32", size_hw=(32, 32))


def test_the_second_converter_agrees_with_torch(
    tiny: LightModel, network: nn.Module, tmp_path: Path
) -> None:
    path = tmp_path / "a.tflite"
    onnx2tf.export(network, tiny.spec, (32, 32), path)
    assert verify(path, BUILD, tiny.spec, cases(network, tiny)).max_abs < 1e-6


def test_the_sample_that_it_would_fetch_is_made_of_our_photos(tmp_path: Path) -> None:
    onnx2tf._prepare(tmp_path)
    sample = np.load(tmp_path / onnx2tf.SAMPLE)
    assert (sample.shape, sample.dtype) == ((20, 128, 128, 3), np.float32)
    assert 0 <= sample.min() < 0.1
    assert 0.9 < sample.max() <= 1
    assert len({picture.tobytes() for picture in sample}) == 20


def test_its_process_has_no_network(tiny: LightModel, tmp_path: Path) -> None:
    """A converter that wants to leave fails, and says so in one line."""
    (tmp_path / "sitecustomize.py").write_text(onnx2tf._SHUT)
    (tmp_path / "onnx2tf.py").write_text(
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/sample.npy')"
    )
    with pytest.raises(ConversionError, match="^tiny: onnx2tf failed: .*no network"):
        onnx2tf._run(tiny.spec, tmp_path)


def test_another_python_can_be_named(
    tiny: LightModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(onnx2tf.PYTHON, sys.executable)
    assert onnx2tf.available()
    (tmp_path / "onnx2tf.py").write_text("import sys; sys.exit('ERROR: as told')")
    with pytest.raises(ConversionError, match="tiny: onnx2tf failed: ERROR: as told"):
        onnx2tf._run(tiny.spec, tmp_path)


def test_where_it_is_not_installed_that_is_said(
    tiny: LightModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx2tf, "available", lambda: False)
    with pytest.raises(ConversionError, match=r"not installed; pip install '\.\[onnx2tf\]'"):
        onnx2tf._run(tiny.spec, tmp_path)
