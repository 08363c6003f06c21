from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edge_calibration.mlprogram import read_model, read_program
from edge_convert import coreml
from edge_convert.light_model import LightModel
from edge_convert.mlpackage import check_package, open_program
from edge_convert.recipe import Build
from edge_convert.verify import cases, verify
from edge_runtime.errors import ConversionError
from edge_runtime.hashes import content_bytes, tree_sha256
from edge_runtime.spec import ModelSpec


@pytest.fixture(scope="module")
def packages(
    tiny: LightModel, network: nn.Module, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("coreml")
    made = {variant: folder / f"{variant}.mlpackage" for variant in tiny.spec.coreml}
    for variant, path in made.items():
        coreml.export(network, tiny.spec, variant, (32, 32), path)
    return made


@pytest.mark.parametrize("variant", ["fp16", "w8"])
def test_the_program_computes_what_torch_computes(
    variant: str, tiny: LightModel, network: nn.Module, packages: dict[str, Path]
) -> None:
    build = Build(format="coreml", variant=variant, size_hw=(32, 32))
    parity = verify(packages[variant], build, tiny.spec, cases(network, tiny))
    assert 0 < parity.max_abs <= tiny.spec.gates.variants[variant].max_abs
    check_package(packages[variant], build, tiny.spec)


@pytest.mark.parametrize("variant", ["fp16", "w8"])
def test_twice_is_the_same(
    variant: str,
    tiny: LightModel,
    network: nn.Module,
    packages: dict[str, Path],
    tmp_path: Path,
) -> None:
    coreml.export(network, tiny.spec, variant, (32, 32), tmp_path / "a.mlpackage")
    assert tree_sha256(tmp_path / "a.mlpackage") == tree_sha256(packages[variant])


def test_weights_are_packed_in_w8_alone(packages: dict[str, Path]) -> None:
    kinds = {
        variant: {op.kind for op in read_program(path).operations}
        for variant, path in packages.items()
    }
    assert "constexpr_affine_dequantize" in kinds["w8"] - kinds["fp16"]
    assert content_bytes(packages["w8"]) < content_bytes(packages["fp16"])


def test_xcode_shows_what_the_spec_says(tiny: LightModel, packages: dict[str, Path]) -> None:
    description = read_model(packages["fp16"]).description
    assert description.metadata.shortDescription == tiny.spec.title
    assert description.metadata.license == "weights: CC0-1.0"
    assert not description.metadata.userDefined
    assert [o.shortDescription for o in description.output] == ["that a pixel counts", "means"]


def test_a_vector_goes_in_and_an_image_comes_out(
    mixing: tuple[nn.Module, ModelSpec], tmp_path: Path
) -> None:
    network, spec = mixing
    path = tmp_path / "a.mlpackage"
    coreml.export(network, spec, "fp16", (32, 48), path)
    check_package(path, Build(format="coreml", variant="fp16", size_hw=(32, 48)), spec)
    (picture,) = read_model(path).description.output
    assert picture.type.WhichOneof("Type") == "imageType"
    image = np.full((1, 32, 48, 3), 200, np.float32)
    gains = np.linspace(0, 1, 8, dtype=np.float32)[None]
    made = open_program(path, spec)({"image": image, "gains": gains})["picture"]
    with torch.no_grad():
        wanted = network(torch.tensor(image).permute(0, 3, 1, 2), torch.tensor(gains))[0]
    assert np.abs(made - wanted.permute(0, 2, 3, 1).numpy()).max() < 0.5


def test_a_variant_of_another_format_is_refused(
    tiny: LightModel, network: nn.Module, tmp_path: Path
) -> None:
    with pytest.raises(ConversionError, match="Core ML has no variant 'fp32'"):
        coreml.export(network, tiny.spec, "fp32", (32, 32), tmp_path / "a.mlpackage")
