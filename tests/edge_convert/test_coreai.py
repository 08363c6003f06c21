from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edge_convert import coreai
from edge_convert.light_model import LightModel
from edge_convert.recipe import Build
from edge_convert.verify import cases, verify
from edge_runtime.errors import ConversionError
from edge_runtime.hashes import tree_sha256
from edge_runtime.spec import ModelSpec

BUILD = Build(format="coreai", variant="fp32", size_hw=(32, 32))


@pytest.fixture(scope="module")
def asset(
    tiny: LightModel, network: nn.Module, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("coreai") / "tiny.aimodel"
    coreai.export(network, tiny.spec, (32, 32), path)
    return path


def test_the_asset_computes_what_torch_computes(
    tiny: LightModel, network: nn.Module, asset: Path
) -> None:
    assert verify(asset, BUILD, tiny.spec, cases(network, tiny)).max_abs < 1e-6


def test_twice_is_the_same_and_undated(
    tiny: LightModel, network: nn.Module, asset: Path, tmp_path: Path
) -> None:
    coreai.export(network, tiny.spec, (32, 32), tmp_path / "again.aimodel")
    assert tree_sha256(tmp_path / "again.aimodel") == tree_sha256(asset)
    assert '"creationDate": "19700101T000000Z"' in (asset / "metadata.json").read_text()


def test_a_vector_goes_in_and_a_picture_comes_out(
    mixing: tuple[nn.Module, ModelSpec], tmp_path: Path
) -> None:
    network, spec = mixing
    coreai.export(network, spec, (32, 32), tmp_path / "a.aimodel")
    image = np.full((1, 32, 32, 3), 200, np.float32)
    gains = np.linspace(0, 1, 8, dtype=np.float32)[None]
    session = coreai.AimodelSession(tmp_path / "a.aimodel", spec)
    made = [session.run({"image": image, "gains": gains})["picture"] for _ in range(2)]
    with torch.no_grad():
        wanted = network(torch.tensor(image).permute(0, 3, 1, 2), torch.tensor(gains))[0]
    assert np.array_equal(*made)
    assert np.abs(made[0] - wanted.permute(0, 2, 3, 1).numpy()).max() < 1e-3


def test_where_it_is_not_installed_that_is_said(
    tiny: LightModel, network: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coreai, "find_spec", lambda _: None)
    with pytest.raises(ConversionError, match=r"not installed; pip install '\.\[coreai\]'"):
        coreai.export(network, tiny.spec, (32, 32), tmp_path / "a.aimodel")


def test_what_is_no_asset_is_told(tiny: LightModel, tmp_path: Path) -> None:
    (tmp_path / "a.aimodel").mkdir()
    with pytest.raises(ConversionError, match="a.aimodel is no Core AI asset"):
        coreai.AimodelSession(tmp_path / "a.aimodel", tiny.spec)
